/** Events as a stream: `events.on` keeps what comes while its consumer is busy. */
import { EventEmitter, on, once } from "node:events";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

const body =
  (jobsOf: (emitter: EventEmitter) => AsyncIterable<number>): Body =>
  async ({ spawn, io, sleep }) => {
    const emitter = new EventEmitter();
    const handle = io("job.handle", (_job: number) => undefined);
    const handled: number[] = [];
    const consumer = spawn("consumer", async () => {
      for await (const job of jobsOf(emitter)) {
        await handle(job);
        handled.push(job);
        if (job === 3) return;
      }
    });
    await spawn("producer", async () => {
      for (const job of [1, 2, 3]) {
        await sleep(50);
        emitter.emit("job", job);
      }
    });
    await consumer;
    if (handled.join() !== "1,2,3") throw new Error(`handled: ${handled.join()}`);
  };

/** BUG: nobody listens while a job is being handled. */
const unsafe: Body = body(async function* (emitter) {
  for (;;) yield ((await once(emitter, "job")) as [number])[0];
});

const safe: Body = body(async function* (emitter) {
  for await (const [job] of on(emitter, "job") as AsyncIterable<[number]>) yield job;
});

export const missedEvents: Pair = {
  name: "a stream of events whose consumer is busy",
  parts: ["node:events"],
  law: "no event is missed",
  unsafe,
  safe,
  order: "production",
  error: /deadlock/,
  kind: "deadlock",
  within: 20,
  runs: 200,
  isComplete: true,
};
