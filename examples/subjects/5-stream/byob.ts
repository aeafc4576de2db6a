/** Readers who bring their own buffer (BYOB): the stream takes the buffer away for as long as it fills it. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

/** @returns one chunk. */
type Take = () => Promise<number>;

const body =
  (takeFrom: (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => Take): Body =>
  async ({ spawn, io, sleep }) => {
    const load = io("socket.read", (chunk: number) => chunk);
    let loaded = 0;
    const take = takeFrom(
      new ReadableStream({
        type: "bytes",
        pull: async ({ byobRequest }) => {
          loaded += 1;
          (byobRequest!.view as Uint8Array)[0] = await load(loaded);
          byobRequest!.respond(1);
        },
      }),
    );
    const taken: number[] = [];
    const consume = async (count: number): Promise<void> => {
      for (let times = 0; times < count; times += 1) taken.push(await take());
    };
    await Promise.all([
      spawn("A", () => consume(2)),
      spawn("B", async () => {
        await sleep(50);
        await consume(1);
      }),
    ]);
    if (taken.toSorted().join("") !== "123") throw new Error(`chunks taken: ${taken.join()}`);
  };

/** BUG: one buffer for all. While it is being filled it is gone, and the second reader brings nothing. */
const unsafe: Body = body((stream) => {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(1);
  return async () => {
    const { value } = await reader.read(new Uint8Array(buffer, 0, 1));
    buffer = value!.buffer;
    return value![0]!;
  };
});

/** A buffer for each read. */
const safe: Body = body((stream) => {
  const reader = stream.getReader({ mode: "byob" });
  return async () => (await reader.read(new Uint8Array(1))).value![0]!;
});

export const byob: Pair = {
  name: "two consumers of one BYOB reader",
  parts: ["ReadableStream"],
  law: "each chunk goes to one consumer, and none is lost",
  unsafe,
  safe,
  order: "production",
  error: /Invalid typed array length|detached/,
  within: 20,
  runs: 300,
  isComplete: true,
};
