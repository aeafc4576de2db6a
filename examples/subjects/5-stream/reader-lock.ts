/** Several consumers of one WHATWG stream: a shared reader hands out chunks one by one; a lock is for one at a time. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

function numbers(): ReadableStream<number> {
  return new ReadableStream({
    start(controller) {
      for (const number of [1, 2, 3, 4]) controller.enqueue(number);
      controller.close();
    },
  });
}

const body =
  (consumer: (stream: ReadableStream<number>, store: (chunk: number) => Promise<void>) => () => Promise<void>): Body =>
  async ({ spawn, io }) => {
    const taken: number[] = [];
    const insert = io("db.insert");
    const store = async (chunk: number): Promise<void> => {
      taken.push(chunk);
      await insert();
    };
    const prepare = io("prepare");
    const consume = consumer(numbers(), store);
    await Promise.all([
      spawn("A", consume),
      spawn("B", async () => {
        for (let times = 0; times < 8; times += 1) await prepare();
        await consume();
      }),
    ]);
    if (taken.toSorted().join("") !== "1234") throw new Error(`chunks taken: ${taken.join(", ")}`);
  };

/** BUG: a reader of its own for each task; the stream is locked to the first for as long as that works on a chunk. */
const unsafe: Body = body((stream, store) => async () => {
  const reader = stream.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) await store(chunk.value);
  reader.releaseLock();
});

const safe: Body = body((stream, store) => {
  const reader = stream.getReader();
  return async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) await store(chunk.value);
  };
});

export const readerLock: Pair = {
  name: "two consumers of one ReadableStream",
  parts: ["ReadableStream"],
  law: "each chunk goes to one consumer, and none is lost",
  unsafe,
  safe,
  order: "production",
  error: /locked/,
  within: 20,
  runs: 300,
  isComplete: false,
};
