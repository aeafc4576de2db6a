import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { open, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explore, type Body } from "heddle";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let file: string;

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "file-times-"));
});

beforeEach(() => {
  file = join(folder, "file");
  fs.rmSync(file, { force: true });
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What the body returns in plain JavaScript's order; every execution must return the same. */
async function seenBy<Seen>(body: (context: Parameters<Body>[0]) => Promise<Seen>): Promise<Seen> {
  const seen: Seen[] = [];
  const exploration = await explore(async (context) => void seen.push(await body(context)), { order: "production", runs: 20 });
  if (exploration.failure !== undefined) throw exploration.failure.error;
  for (const other of seen) expect(other).toEqual(seen[0]);
  return seen[0]!;
}

const ageOf = (stats: fs.Stats): number => Date.now() - stats.mtime.getTime();

describe("the times of files", () => {
  it("are those of the virtual clock, however a file is written and asked for", async () => {
    const ages = await seenBy(async ({ sleep }) => {
      fs.writeFileSync(file, "one");
      await sleep(70);
      const ages = [ageOf(fs.statSync(file)), ageOf(await stat(file))];
      await writeFile(file, "two");
      await sleep(40);
      ages.push(ageOf(await new Promise<fs.Stats>((resolve, reject) => fs.lstat(file, (error, stats) => (error === null ? resolve(stats) : reject(error))))));
      const handle = await open(file, "r+");
      ages.push(ageOf(await handle.stat()));
      await handle.write("three");
      await sleep(5);
      ages.push(ageOf(await handle.stat()), ageOf(fs.fstatSync(handle.fd)));
      await handle.close();
      return ages;
    });
    // Who reads the clock again behind the answer of a file finds it a millisecond later.
    expect(ages).toEqual([70, 71, 40, 41, 5, 5]);
  });

  it("are the same as milliseconds, as nanoseconds and as dates", async () => {
    const times = await seenBy(async ({ sleep }) => {
      await sleep(3);
      await writeFile(file, "");
      await sleep(9);
      const [plain, big] = [fs.statSync(file), fs.statSync(file, { bigint: true })];
      const ago = [plain.mtimeMs, plain.mtime.getTime(), Number(big.mtimeMs), Number(big.mtimeNs / 1_000_000n), big.mtime.getTime()];
      return [...ago, plain.ctimeMs, plain.birthtimeMs, plain.atimeMs].map((ms) => Date.now() - ms);
    });
    expect(times).toEqual(Array.from({ length: 8 }, () => 9));
  });

  it("tell creation, change of content and change of name apart", async () => {
    const other = join(folder, "renamed");
    const times = await seenBy(async ({ sleep }) => {
      const start = Date.now();
      fs.writeFileSync(file, "");
      await sleep(10);
      fs.appendFileSync(file, "more");
      await sleep(10);
      fs.renameSync(file, other);
      await sleep(10);
      const { birthtimeMs, mtimeMs, ctimeMs } = fs.statSync(other);
      fs.rmSync(other);
      return [birthtimeMs, mtimeMs, ctimeMs].map((ms) => ms - start);
    });
    expect(times).toEqual([0, 10, 20]);
  });

  it("begin anew with a file of the same name, though it may get the same inode", async () => {
    const ages = await seenBy(async ({ sleep }) => {
      fs.closeSync(fs.openSync(file, "wx"));
      await sleep(25);
      fs.unlinkSync(file);
      fs.closeSync(fs.openSync(file, fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY));
      await sleep(1);
      const { mtimeMs, birthtimeMs, ctimeMs } = fs.statSync(file);
      fs.unlinkSync(file);
      return [mtimeMs, birthtimeMs, ctimeMs].map((ms) => Date.now() - ms);
    });
    expect(ages).toEqual([1, 1, 1]);
  });

  it("hold as given where they are given", async () => {
    const given = new Date("2001-02-03T04:05:06Z");
    const seen = await seenBy(async ({ sleep }) => {
      await writeFile(file, "");
      await utimes(file, given, given);
      await sleep(10);
      const before = fs.statSync(file);
      await writeFile(file, "more");
      return [before.mtimeMs, before.atimeMs, Date.now() - before.ctimeMs, Date.now() - fs.statSync(file).mtimeMs];
    });
    expect(seen).toEqual([given.getTime(), given.getTime(), 10, 0]);
  });

  it("of a folder made, and of a file in it that is written through a stream", async () => {
    const ages = await seenBy(async ({ sleep }) => {
      const made = fs.mkdtempSync(join(folder, "made-"));
      const stream = fs.createWriteStream(join(made, "x"));
      await sleep(7);
      await new Promise<void>((resolve) => void stream.end("text", resolve));
      await sleep(2);
      const age = ageOf(fs.statSync(join(made, "x")));
      fs.rmSync(made, { recursive: true });
      return age;
    });
    expect(ages).toBe(2);
  });

  it("of an old file are as long ago as they were when the exploration began, in each execution", async () => {
    fs.writeFileSync(file, "");
    const hourAgo = Date.now() / 1000 - 3600;
    fs.utimesSync(file, hourAgo, hourAgo);
    const age = await seenBy(async () => Math.floor(ageOf(await stat(file)) / 60_000));
    expect(age).toBe(60);
  });

  it("of a file that somebody else has written are as young as when they were first seen", async () => {
    const ages: number[] = [];
    const write = `require("node:fs").writeFileSync(${JSON.stringify(file)}, "")`;
    await explore(
      async ({ sleep }) => {
        execFileSync(process.execPath, ["-e", write]);
        await sleep(20);
        ages.push(ageOf(fs.statSync(file)));
        await sleep(30);
        ages.push(ageOf(fs.statSync(file)));
      },
      { order: "production", runs: 1 },
    );
    expect(ages.slice(0, 2)).toEqual([0, 30]);
  });

  it("are the file system's own outside of executions", async () => {
    const before = Date.now() - 1000;
    await seenBy(async () => writeFile(file, ""));
    expect(fs.statSync(file).mtimeMs).toBeGreaterThan(before);
  });
});
