/** Two jobs of a pool of threads: answers come when the threads are done, in any order. */
import { fileURLToPath } from "node:url";
import type { Body } from "heddle";
import { Piscina } from "piscina";
import type { Pair } from "../pair.ts";

const WORKER = fileURLToPath(new URL("./search-worker.js", import.meta.url));

let threads: Piscina;

/** They take a while to start: one pool for all executions. */
async function start(): Promise<void> {
  threads ??= new Piscina({ filename: WORKER, minThreads: 2, maxThreads: 2 });
  await Promise.all([threads.run(""), threads.run("")]);
}

const body =
  (search: (run: (text: string) => Promise<string>, show: (found: string) => void) => (text: string) => Promise<void>): Body =>
  async ({ spawn, sleep }) => {
    let shown = "";
    const type = search((text) => threads.run(text) as Promise<string>, (found) => (shown = found));
    await Promise.all([
      spawn("first search", () => type("hed")),
      spawn("second search", async () => {
        await sleep(20);
        await type("heddle");
      }),
    ]);
    if (shown !== "found heddle") throw new Error(`shown: ${shown}`);
  };

/** BUG: whatever comes last is shown. */
const unsafe: Body = body((run, show) => async (text) => show(await run(text)));

const safe: Body = body((run, show) => {
  let latest = 0;
  return async (text) => {
    latest += 1;
    const mine = latest;
    const found = await run(text);
    if (mine === latest) show(found);
  };
});

export const pool: Pair = {
  name: "two searches in a pool of threads",
  parts: ["piscina", "node:worker_threads"],
  law: "what is shown is the answer to the last question",
  unsafe,
  safe,
  order: "production",
  error: /shown: /,
  within: 50,
  runs: 20,
  isComplete: false,
  isSlow: true,
  isUnmeasured: true,
  prepare: start,
};
