/** Several consumers of one Node stream: each chunk goes to one of them, and none is lost. */
import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

const body =
  (take: (stream: Readable) => Promise<string>): Body =>
  async ({ spawn, io, sleep }) => {
    const stream = new PassThrough({ objectMode: true });
    const handle = io("job.handle");
    const taken: string[] = [];
    const consumer = async (count: number): Promise<void> => {
      for (let times = 0; times < count; times += 1) {
        taken.push(await take(stream));
        await handle();
      }
    };
    const consumers = [spawn("A", () => consumer(2)), spawn("B", () => consumer(1))];
    for (const chunk of ["1", "2"]) stream.write(chunk);
    await sleep(150);
    stream.write("3");
    await Promise.all(consumers);
    if (taken.toSorted().join("") !== "123") throw new Error(`chunks taken: ${taken.join(", ")}`);
  };

/** BUG: what was readable when the event came may be gone when this task goes on. */
const unsafe: Body = body(async (stream) => {
  if (stream.readableLength === 0) await once(stream, "readable");
  return String(stream.read());
});

const safe: Body = body(async (stream) => {
  while (stream.readableLength === 0) await once(stream, "readable");
  return String(stream.read());
});

export const readableEvent: Pair = {
  name: "two consumers of one Readable",
  parts: ["node:stream"],
  law: "each chunk goes to one consumer, and none is lost",
  unsafe,
  safe,
  order: "latency",
  error: /chunks taken: .*null/,
  within: 200,
  runs: 300,
  isComplete: true,
};
