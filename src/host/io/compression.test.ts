import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { explore, type Body } from "heddle";
import { describe, expect, test } from "vitest";

const KINDS = [
  ["deflate", () => [zlib.createDeflate(), zlib.createInflate()]],
  ["gzip", () => [zlib.createGzip(), zlib.createGunzip()]],
  ["raw deflate", () => [zlib.createDeflateRaw(), zlib.createInflateRaw()]],
  ["Brotli", () => [zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }), zlib.createBrotliDecompress()]],
] as const;

/** More than a chunk, whichever way it goes. */
const text = Array.from({ length: 5000 }, (_, index) => index).join();

async function through(streams: readonly NodeJS.ReadWriteStream[], chunks: readonly string[]): Promise<string> {
  const last = new PassThrough();
  const [, whole] = await Promise.all([pipeline([Readable.from(chunks), ...streams, last]), readText(last)]);
  return whole;
}

describe("streams that compress", () => {
  test.each(KINDS)("%s gives back what it was given, in every order, and nothing of it is unseen", async (_name, make) => {
    for (const order of ["production", "latency"] as const) {
      const { verdict, failure, uncontrolled } = await explore(
        async () => {
          expect(await Promise.all([through(make(), ["a", "b"]), through(make(), [text])])).toEqual(["ab", text]);
        },
        { order, runs: 15, corpus: false },
      );
      expect([verdict, failure?.toString(), uncontrolled]).toEqual(["passed", undefined, []]);
    }
  });

  test("a body of a response that they change is read as soon as they have: what the body itself answers is not waited for", async () => {
    const { verdict, failure, uncontrolled } = await explore(
      async () => {
        const packed = new Response("text").body!.pipeThrough(new CompressionStream("gzip"));
        expect(await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text()).toBe("text");
      },
      { order: "production", runs: 5, corpus: false },
    );
    // An answer that is waited for in vain is among what is not controlled.
    expect([verdict, failure?.toString(), uncontrolled]).toEqual(["passed", undefined, []]);
  });

  test("which of two ends first is the search's to say, and replays", async () => {
    const body: Body = async () => {
      const ended: string[] = [];
      const compress = async (name: string): Promise<void> => {
        const stream = zlib.createGzip();
        stream.resume();
        stream.end(name);
        await once(stream, "end");
        ended.push(name);
      };
      await Promise.all([compress("first"), compress("second")]);
      expect(ended).toEqual(["first", "second"]);
    };
    const { failure } = await explore(body, { order: "production", runs: 100, corpus: false, shrinkMs: 500 });
    expect(failure?.reproduced).toBe("5 of 5");
    expect((await explore(body, { seed: failure!.seed, corpus: false })).failure?.seed).toBe(failure!.seed);
  });

  test("one that is destroyed while it works is not waited for, and one made before the body is heard too", async () => {
    const early = zlib.createGzip();
    early.resume();
    const { verdict, failure } = await explore(
      async () => {
        const stream = zlib.createDeflate();
        stream.write("x");
        stream.destroy();
        await once(stream, "close");
      },
      { order: "production", runs: 20, corpus: false },
    );
    expect([verdict, failure?.toString()]).toEqual(["passed", undefined]);
    early.end("later");
    await once(early, "end");
  });
});
