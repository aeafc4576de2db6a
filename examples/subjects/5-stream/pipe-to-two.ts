/** One Readable that is piped to two: it flows from the first `pipe` on. */
import { finished } from "node:stream/promises";
import { PassThrough, Writable, type Readable } from "node:stream";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Open = (name: string) => Promise<Writable>;

const body =
  (pipe: (stream: Readable, open: Open) => Promise<readonly Writable[]>): Body =>
  async ({ spawn, io, sleep }) => {
    const stream = new PassThrough({ objectMode: true });
    const written = new Map<string, string>();
    const open = io("file.open", (name: string) => {
      written.set(name, "");
      return new Writable({
        objectMode: true,
        write: (line: string, _encoding, done) => {
          written.set(name, written.get(name) + line);
          done();
        },
      });
    });
    const producer = spawn("producer", async () => {
      await sleep(50);
      stream.write("1");
      await sleep(150);
      stream.end("2");
    });
    const copies = await spawn("copier", () => pipe(stream, open));
    await Promise.all([producer, ...copies.map((copy) => finished(copy))]);
    const found = [...written].map(([name, lines]) => `${name} ${lines}`).join(", ");
    if (found !== "log 12, archive 12") throw new Error(`written: ${found}`);
  };

/** BUG: what flows while the second file is being opened goes to the first one only. */
const unsafe: Body = body(async (stream, open) => {
  const log = stream.pipe(await open("log"));
  const archive = stream.pipe(await open("archive"));
  return [log, archive];
});

/** Both are there before anything flows. */
const safe: Body = body(async (stream, open) => {
  const copies = [await open("log"), await open("archive")];
  for (const copy of copies) stream.pipe(copy);
  return copies;
});

export const pipeToTwo: Pair = {
  name: "one Readable piped to two",
  parts: ["node:stream"],
  law: "each of the two gets every chunk, in order",
  unsafe,
  safe,
  order: "production",
  error: /written: log 12, archive 2/,
  within: 20,
  runs: 200,
  isComplete: true,
};
