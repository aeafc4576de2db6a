import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import type { Body } from "heddle";
import type { Example } from "../example.ts";
import { readFrame } from "./frames.ts";
import { readFrame as fixedReadFrame } from "./frames-fixed.ts";

const NAMES = new Map([[1, "note"], [2, "mail"]]);

function frame(type: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([type, text.length]), Buffer.from(text)]);
}

/**
 * Two tasks take one frame each from one stream. The second loads two settings first; as long as answers come in the
 * order of the questions, the first has its whole frame by then.
 */
const readers =
  (read: typeof readFrame): Body =>
  async ({ spawn, io }) => {
    const stream = new PassThrough();
    const find = io("registry.find", (type: number): string => {
      const name = NAMES.get(type);
      if (name === undefined) throw new Error(`there are no frames of type ${type}: this was no header`);
      return name;
    });
    const load = io("settings.load", () => undefined);

    stream.write(frame(1, "hello"));
    stream.write(frame(2, "world"));
    const one = spawn("reader A", () => read(stream, { find }));
    const other = spawn("reader B", async () => {
      await load();
      await load();
      return read(stream, { find });
    });
    assert.deepEqual((await Promise.all([one, other])).toSorted(), ["mail: world", "note: hello"]);
  };

export const example: Example = {
  name: "stream: two readers of one stream",
  story: "reads a header, awaits, and then reads the text, from a stream that another task reads as well",
  buggy: readers(readFrame),
  fixed: readers(fixedReadFrame),
};
