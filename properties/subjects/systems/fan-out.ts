/** One stream to several branches, by `tee` and by `pipe`: generated chunks, and what each branch does with them. */
import { PassThrough, Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

interface Branch {
  /** It looks something up before it takes a chunk as it is. */
  readonly isSlow: boolean;
  /** It writes into the chunk: a mask, for instance. */
  readonly writes: boolean;
}

type Take = (chunk: Uint8Array) => Promise<void>;

/** Has each of the two take every chunk. */
type Split = (chunks: AsyncGenerator<Uint8Array>, takes: readonly [Take, Take], context: BodyContext) => Promise<unknown>;

const branch: fc.Arbitrary<Branch> = fc.record({ isSlow: fc.boolean(), writes: fc.boolean() }, { noNullPrototype: true });

async function read(stream: ReadableStream<Uint8Array>, take: Take): Promise<void> {
  for await (const chunk of stream) await take(chunk);
}

const byTee =
  (make: (pull: (controller: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController) => Promise<void>) => ReadableStream<Uint8Array>): Split =>
  (chunks, takes) => {
    const branches = make(async (controller) => {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
    }).tee();
    return Promise.all(branches.map((own, index) => read(own, takes[index]!)));
  };

function sinkOf(take: Take): Writable {
  return new Writable({ objectMode: true, write: (chunk: Uint8Array, _encoding, done) => void take(chunk).then(() => done(), done) });
}

const byPipe =
  (between: (context: BodyContext) => Promise<void>): Split =>
  async (chunks, takes, context) => {
    const stream = Readable.from(chunks);
    const [one, two] = takes.map(sinkOf);
    const copies = stream.pipe(new PassThrough({ objectMode: true, transform: (chunk: Uint8Array, _encoding, done) => done(null, chunk.slice()) }));
    copies.pipe(one!);
    await between(context);
    stream.pipe(two!);
    await Promise.all([finished(one!), finished(two!)]);
  };

export const fanOut: Subject = subject<Split>({
  name: "one stream to two",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.tuple(branch, branch),
      async (context, count, branches) => {
        const [load, lookUp] = [context.io("source.read", (chunk: number) => Uint8Array.of(chunk)), context.io("look up")];
        const chunks = (async function* (): AsyncGenerator<Uint8Array> {
          // The first chunk takes its time, as data from afar do.
          await context.sleep(20);
          for (let chunk = 1; chunk <= count; chunk += 1) yield await load(chunk);
        })();
        const taken: number[][] = [[], []];
        const takeOf = (index: number): Take => async (chunk) => {
          const { isSlow, writes } = branches[index]!;
          if (isSlow) await lookUp();
          taken[index]!.push(chunk[0]!);
          if (writes) chunk[0] = 0;
        };
        await create(context)(chunks, [takeOf(0), takeOf(1)], context);
        const wanted = Array.from({ length: count }, (_none, index) => index + 1).join();
        if (taken.some((own) => own.join() !== wanted)) throw new Error(`taken: ${taken.map((own) => own.join()).join("; ")}`);
      },
      options,
    ),
  correct: () => byTee((pull) => new ReadableStream({ type: "bytes", pull })),
  mutants: {
    "both branches of a tee have one chunk": () => byTee((pull) => new ReadableStream<Uint8Array>({ pull })),
    "the second pipe is late": () => byPipe((context) => context.io("file.open")()),
  },
});
