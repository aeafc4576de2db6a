/** The two branches of one WHATWG stream. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Branches = readonly [ReadableStream<Uint8Array>, ReadableStream<Uint8Array>];

const body =
  (split: (pull: (controller: { enqueue(chunk: Uint8Array): void; close(): void }) => Promise<void>) => Branches): Body =>
  async ({ spawn, io }) => {
    const load = io("socket.read", (chunk: number) => Uint8Array.of(chunk));
    const [hash, findKey] = [io("hash.begin"), io("key.find")];
    let loaded = 0;
    const [toHash, toMask] = split(async (controller) => {
      loaded += 1;
      controller.enqueue(await load(loaded));
      if (loaded === 2) controller.close();
    });
    const [hashed, masked]: [number[], number[]] = [[], []];
    await Promise.all([
      spawn("hash", async () => {
        for await (const chunk of toHash) {
          await hash();
          hashed.push(...chunk);
        }
      }),
      spawn("mask", async () => {
        for await (const chunk of toMask) {
          await findKey();
          chunk[0]! ^= 255;
          masked.push(...chunk);
        }
      }),
    ]);
    if (hashed.join() !== "1,2" || masked.join() !== "254,253") throw new Error(`hashed: ${hashed.join()}; masked: ${masked.join()}`);
  };

/** BUG: both branches are given the same chunk, not a copy each. Who writes into it writes into the other's. */
const unsafe: Body = body((pull) => new ReadableStream<Uint8Array>({ pull }).tee());

/** A stream of bytes gives its second branch copies. */
const safe: Body = body((pull) => new ReadableStream({ type: "bytes", pull: (controller) => pull(controller as ReadableByteStreamController & { enqueue(chunk: Uint8Array): void }) }).tee());

export const tee: Pair = {
  name: "the two branches of a tee",
  parts: ["ReadableStream"],
  law: "each branch gets every chunk as it came",
  unsafe,
  safe,
  order: "production",
  error: /hashed: /,
  within: 20,
  runs: 1000,
  isComplete: true,
};
