/** A body that fails now and then, in a module that several threads can load. */
import { isMainThread } from "node:worker_threads";

/** An update is lost where both tasks have read before one has written. `lost` is what happens then. */
export function counting(lost) {
  return async ({ spawn, io }) => {
    let stored = 0;
    const load = io("load", () => stored);
    const save = io("save", (value) => {
      stored = value;
    });
    const add = async (amount) => save((await load()) + amount);
    const late = async () => {
      for (let time = 0; time < 4; time += 1) await load();
      await add(2);
    };
    await Promise.all([spawn("a", () => add(1)), spawn("b", late), spawn("c", () => load())]);
    if (stored !== 3) lost(stored);
  };
}

const ends = {
  kill: () => process.kill(process.pid, "SIGKILL"),
  exit: () => process.exit(0),
};
const end = isMainThread ? undefined : ends[process.env.CORPUS_BODY_ENDS];
let failures = 0;

/** In another thread than the first it ends the process, or the thread, while its failure is shrunk: if it is told to. */
export default counting((stored) => {
  failures += 1;
  if (failures === 4) end?.();
  throw new Error(`stored ${stored}, not 3`);
});
