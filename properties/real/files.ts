/** `node:fs` in its three forms, pipelines, and lines of a file. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, createReadStream, createWriteStream, fstat, mkdtempSync, open, readFileSync, rmSync, write, writeFileSync, close } from "node:fs";
import * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Body } from "heddle";
import { atOnce, inTurn, type RealSubject } from "./subject.ts";

const inFolder =
  (body: (context: Parameters<Body>[0], folder: string) => Promise<void>): Body =>
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-real-"));
    try {
      await body(context, folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

/** A number in a file, read and written back. */
const counter = (take: () => ReturnType<typeof inTurn>): Body =>
  inFolder(async ({ spawn }, folder) => {
    const file = join(folder, "counter");
    writeFileSync(file, "0");
    const turn = take();
    const add = (amount: number) => (): Promise<void> =>
      turn(async () => {
        const before = Number(await promises.readFile(file, "utf8"));
        await promises.writeFile(file, String(before + amount));
      });
    const later = async (): Promise<void> => {
      await promises.stat(file);
      await promises.access(file);
      await add(2)();
    };
    await Promise.all([spawn("one", add(1)), spawn("two", later)]);
    assert.equal(readFileSync(file, "utf8"), "3");
  });

/** Callbacks over descriptors: where the end is may be asked too early. */
const log = (appends: boolean): Body =>
  inFolder(async ({ spawn }, folder) => {
    const file = join(folder, "log");
    writeFileSync(file, "");
    const line = (text: string) => (): Promise<void> =>
      new Promise((resolve, reject) => {
        const done = (error?: Error | null): void => (error === undefined || error === null ? resolve() : reject(error));
        if (appends) return appendFile(file, text, done);
        open(file, "r+", (opening, descriptor) => {
          if (opening !== null) return done(opening);
          fstat(descriptor, (asking, { size }) => {
            if (asking !== null) return done(asking);
            write(descriptor, text, size, (error) => close(descriptor, () => done(error)));
          });
        });
      });
    const later = async (): Promise<void> => {
      for (let times = 0; times < 4; times += 1) await promises.stat(file);
      await line("second\n")();
    };
    await Promise.all([spawn("first", line("first\n")), spawn("second", later)]);
    assert.equal(readFileSync(file, "utf8").length, "first\nsecond\n".length, readFileSync(file, "utf8"));
  });

/** Streams of files through a transformation; a report is read when its pipeline is over, or when it has begun. */
const piped = (waits: boolean): Body =>
  inFolder(async ({ spawn }, folder) => {
    const [source, target] = [join(folder, "source"), join(folder, "target")];
    writeFileSync(source, "some text ".repeat(100));
    const upper = new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, chunk.toString().toUpperCase()) });
    const converting = pipeline(createReadStream(source, { highWaterMark: 400 }), upper, createWriteStream(target));
    const report = spawn("report", async () => {
      if (waits) await converting;
      else for (let times = 0; times < 30; times += 1) await promises.stat(source);
      return promises.readFile(target, "utf8").catch(() => "nothing");
    });
    await Promise.all([converting, report]);
    assert.equal(await report, "SOME TEXT ".repeat(100));
  });

/** Lines are told as they come: who begins to listen too late has missed some. */
const lines = (readAll: (file: string, prepare: () => Promise<void>) => Promise<readonly string[]>): Body =>
  inFolder(async ({ io }, folder) => {
    const file = join(folder, "lines");
    writeFileSync(file, "one\ntwo\nthree\n");
    assert.deepEqual(await readAll(file, io("settings.load")), ["one", "two", "three"]);
  });

async function byIteration(file: string, prepare: () => Promise<void>): Promise<readonly string[]> {
  await prepare();
  const read: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    await prepare();
    read.push(line);
  }
  return read;
}

/** BUG: the file is read on while the settings are loaded. */
async function byEvents(file: string, prepare: () => Promise<void>): Promise<readonly string[]> {
  const reader = createInterface({ input: createReadStream(file) });
  const closed = once(reader, "close");
  const read: string[] = [];
  await prepare();
  reader.on("line", (line) => read.push(line));
  await closed;
  return read;
}

const sleepIsPromisified = promisify(setTimeout);

/** Two writers of one stream: the text of each is to stay in one piece. */
const shared = (whole: boolean): Body =>
  inFolder(async ({ spawn, io }, folder) => {
    const file = join(folder, "shared");
    const fetch = io("fetch");
    const stream = createWriteStream(file);
    const turn = whole ? inTurn() : atOnce;
    const tell = (name: string) => (): Promise<void> =>
      turn(async () => {
        stream.write(`<${name}`);
        await fetch();
        stream.write(`${name}>`);
      });
    const later = async (): Promise<void> => {
      await sleepIsPromisified(20);
      await tell("b")();
    };
    await Promise.all([spawn("a", tell("a")), spawn("b", later)]);
    stream.end();
    await once(stream, "close");
    assert.match(readFileSync(file, "utf8"), /^(?:<aa><bb>|<bb><aa>)$/);
  });

export const files: readonly RealSubject[] = [
  { name: "files by promises", safe: counter(inTurn), racy: counter(() => atOnce), error: /'[12]' !== '3'|strictly equal/, runs: 60 },
  { name: "files by callbacks and descriptors", safe: log(true), racy: log(false), error: /strictly equal|first|second/, runs: 60 },
  { name: "pipelines of file streams", safe: piped(true), racy: piped(false), error: /strictly equal/, runs: 25 },
  { name: "readline", safe: lines(byIteration), racy: lines(byEvents), error: /deepEqual|deep-equal|\[\]/i, runs: 40 },
  { name: "one write stream of two tasks", safe: shared(true), racy: shared(false), error: /did not match/, runs: 40 },
];
