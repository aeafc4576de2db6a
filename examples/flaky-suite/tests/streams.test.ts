import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { file, useFolder } from "./folder.ts";

useFolder();

/** The lengths of a stream's chunks, noted in a file's own time. */
class Meter {
  total = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async note(chunk: Buffer): Promise<void> {
    await stat(this.path);
    this.total += chunk.length;
  }
}

describe("streams", () => {
  test("all chunks are noted when the stream has ended", () =>
    new Promise<void>((resolve, reject) => {
      const path = file("in.txt", "x".repeat(1000));
      const meter = new Meter(path);
      const stream = createReadStream(path);
      stream.on("data", (chunk) => void meter.note(chunk as Buffer));
      stream.on("end", () => {
        // The notes take a moment.
        setTimeout(() => {
          try {
            expect(meter.total).toBe(1000);
            resolve();
          } catch (error) {
            reject(error as Error);
          }
        }, 90);
      });
    }));

  test("all chunks are noted one after the other", async () => {
    const path = file("in.txt", "x".repeat(1000));
    const meter = new Meter(path);
    for await (const chunk of createReadStream(path)) await meter.note(chunk as Buffer);
    expect(meter.total).toBe(1000);
  });

  test.each([0, 1, 100, 1000, 70_000])("a file of %i bytes is copied", async (size) => {
    await pipeline(createReadStream(file("in.txt", "x".repeat(size))), createWriteStream(file("out.txt")));
    expect(readFileSync(file("out.txt"), "utf8")).toHaveLength(size);
  });

  test("a transform keeps the order", async () => {
    const upper = new Transform({
      transform(chunk, _encoding, callback) {
        setTimeout(() => callback(null, String(chunk).toUpperCase()), 5);
      },
    });
    const chunks: string[] = [];
    for await (const chunk of Readable.from(["a", "b", "c"]).pipe(upper)) chunks.push(String(chunk));
    expect(chunks).toEqual(["A", "B", "C"]);
  });

  test("a pipeline fails with its source", async () => {
    const through = new PassThrough();
    const done = pipeline(createReadStream(file("none.txt")), through);
    await expect(done).rejects.toMatchObject({ code: "ENOENT" });
    expect(through.destroyed).toBe(true);
  });

  test("a web stream is read to its end", async () => {
    const stream = new ReadableStream<number>({
      start(controller) {
        for (const value of [1, 2, 3]) controller.enqueue(value);
        controller.close();
      },
    });
    const values: number[] = [];
    for await (const value of stream) values.push(value);
    expect(values).toEqual([1, 2, 3]);
  });
});
