/** Two consumers of one Readable, one of whom leaves. */
import { PassThrough, type Readable } from "node:stream";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

const body =
  (iterate: (stream: Readable) => AsyncIterable<string>): Body =>
  async ({ spawn, io, sleep }) => {
    const stream = new PassThrough({ objectMode: true });
    const handle = io("job.handle", (_job: string) => undefined);
    const handled: string[] = [];
    const worker = spawn("worker", async () => {
      for await (const job of iterate(stream)) {
        await handle(job);
        handled.push(job);
      }
    });
    const helper = spawn("helper", async () => {
      await sleep(50);
      for await (const job of iterate(stream)) {
        await handle(job);
        handled.push(job);
        break; // It helps with one job.
      }
    });
    for (const job of ["a", "b", "c"]) stream.write(job);
    stream.end();
    await Promise.all([worker, helper]);
    if (handled.toSorted().join("") !== "abc") throw new Error(`handled: ${handled.join()}`);
  };

/** BUG: who leaves `for await` destroys the stream, with all that the others have not read yet. */
const unsafe: Body = body((stream) => stream);

const safe: Body = body((stream) => stream.iterator({ destroyOnReturn: false }) as unknown as AsyncIterable<string>);

export const leavingConsumer: Pair = {
  name: "a consumer that leaves its loop",
  parts: ["node:stream"],
  law: "the stream is intact after a consumer leaves",
  unsafe,
  safe,
  order: "production",
  error: /handled: |premature close|aborted/i,
  within: 50,
  runs: 300,
  isComplete: true,
};
