/** Several consumers of one stream: generated chunks, ways to read, and consumers that leave. */
import { Readable } from "node:stream";
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

interface Plan {
  readonly chunks: number;
  /** What each consumer takes before it leaves, or fails; the last one takes what is left. */
  readonly takes: readonly { readonly most: number; readonly fails: boolean }[];
}

/** Chunks that arrive one after another. */
type Source = (load: (chunk: number) => Promise<number>, chunks: number) => AsyncGenerator<number>;

const source: Source = async function* (load, chunks) {
  for (let chunk = 1; chunk <= chunks; chunk += 1) yield await load(chunk);
};

/** Makes of the chunks what several consumers can take from: each call gives a loop of one consumer. */
type Shared = (chunks: AsyncGenerator<number>, context: BodyContext) => () => AsyncIterable<number>;

const plan: fc.Arbitrary<Plan> = fc.record({ chunks: fc.integer({ min: 1, max: 4 }), takes: fc.array(fc.record({ most: fc.integer({ min: 1, max: 2 }), fails: fc.boolean() }, { noNullPrototype: true }), { minLength: 1, maxLength: 2 }) }, { noNullPrototype: true });

function readable(chunks: AsyncGenerator<number>): Readable {
  return Readable.from(chunks, { highWaterMark: 1 });
}

export const stream: Subject = subject<Shared>({
  name: "a stream of several consumers",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      plan,
      async (context, { chunks, takes }) => {
        const { spawn, io, sleep } = context;
        const loop = create(context)(source(io("source.read", (chunk: number) => chunk), chunks), context);
        const store = io("store", (_chunk: number) => undefined);
        const taken: number[] = [];
        const consume = async (most: number, fails: boolean): Promise<void> => {
          let count = 0;
          for await (const chunk of loop()) {
            taken.push(chunk);
            await store(chunk);
            count += 1;
            if (count === most && fails) throw new RangeError("the consumer failed");
            if (count === most) break;
          }
        };
        const consumeSome = (most: number, fails: boolean): Promise<void> =>
          consume(most, fails).catch((error: unknown) => {
            if (!(error instanceof RangeError)) throw error;
          });
        await Promise.all([
          ...takes.map(({ most, fails }, index) => spawn(`consumer ${index + 1}`, () => consumeSome(most, fails))),
          spawn("consumer of the rest", async () => {
            await sleep(10);
            await consume(Number.POSITIVE_INFINITY, false);
          }),
        ]);
        const wanted = Array.from({ length: chunks }, (_none, index) => index + 1).join();
        if (taken.join() !== wanted) throw new Error(`chunks taken: ${taken.join()}`);
      },
      options,
    ),
  correct: () => (chunks) => {
    const reader = (Readable.toWeb(readable(chunks)) as ReadableStream<number>).getReader();
    return async function* () {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    };
  },
  mutants: {
    "who leaves destroys it": () => (chunks) => {
      const shared = readable(chunks);
      return () => shared;
    },
    "each consumer has a reader of its own": () => (chunks) => {
      const shared = Readable.toWeb(readable(chunks)) as ReadableStream<number>;
      return () => shared.values({ preventCancel: true });
    },
    "a chunk is looked at, and taken behind an await": () => (chunks, { io }) => {
      const log = io("log");
      const buffer: number[] = [];
      let isOver = false;
      const fill = async (): Promise<void> => {
        for await (const chunk of chunks) buffer.push(chunk);
        isOver = true;
      };
      const filled = fill();
      return async function* () {
        for (;;) {
          const chunk = buffer[0];
          if (chunk === undefined && isOver) return;
          if (chunk === undefined) await Promise.race([filled, log()]);
          else {
            await log();
            buffer.shift();
            yield chunk;
          }
        }
      };
    },
  },
});
