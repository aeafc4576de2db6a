/** Texts of others at every border: an option, a name, a seed, a file of the corpus, an error. None is obeyed by a terminal. */
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { explore, HeddleError, type Body, type ExploreOptions } from "heddle";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { encodeRecord } from "../corpus/schedule-file.ts";
import { encodeSeed } from "../engine/seed.ts";
import { isPrintableLine } from "../values/printable.ts";
import { terminalText } from "../values/arbitraries.test-helper.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-hostile-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const isFit = (text: string): boolean => text.split("\n").every((line) => isPrintableLine(line.replaceAll("\t", "")));
const SEED = encodeSeed({ order: "latency", scope: "user", latencyMs: 100, randomness: 1, test: 0, schedule: [{ kind: "skip", decision: 0, index: 1, check: undefined }] });

const named = (text: string): Body => async ({ spawn, io, invariant, log, shared }) => {
  const object = shared({ [text]: 1 }, text);
  invariant(text, () => true);
  const call = io(text, (value: unknown) => value);
  await Promise.all([text, "other"].map((name) => spawn(name, async () => {
    log(text, { [text]: text });
    await call(text);
    object[text] = ((await call({ text })) as { text: string }).text.length;
  })));
  throw new Error(text);
};

test("no option and no name comes raw out of a refusal or a report", law(60_000), async () => {
  const options: ((text: string) => ExploreOptions)[] = [
    (text) => ({ [`${text}x`]: 1 }),
    (text) => ({ order: text as "latency" }),
    (text) => ({ strategy: { name: text, pick: ([event]) => event! }, bound: 1 }),
    (text) => ({ strategy: { name: text, pick: () => text as never }, order: "latency" }),
    (text) => ({ seed: `hd1${text}x` }),
    (text) => ({ shard: text }),
    (text) => ({ runs: text as unknown as number }),
    (text) => ({ name: text, replayCommand: text, order: "latency" }),
  ];
  await fc.assert(
    fc.asyncProperty(terminalText, fc.constantFrom(...options), async (text, optionsOf) => {
      const said = await explore(named(text), { runs: 3, shrinkMs: 30, corpus: false, ...optionsOf(text) }).then(
        (exploration) => `${String(exploration)}${exploration.failure?.sentence ?? ""}${exploration.tips.join("")}`,
        (error: unknown) => (error as HeddleError).message,
      );
      expect(isFit(said)).toBe(true);
    }),
    cases(60),
  );
});

test("no file of the corpus, and no file's name, comes raw out of a note or a warning", law(60_000), async () => {
  const said: string[] = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => said.push(text));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(terminalText, terminalText, async (text, name) => {
      const directory = join(folder, String((number += 1)));
      mkdirSync(directory);
      const record = { test: "t", file: "", project: "", kind: text as "error", error: text, sentence: text, heddle: text, seed: SEED };
      writeFileSync(join(directory, "kept.seed"), encodeRecord(record));
      expect(isFit(encodeRecord(record))).toBe(true);
      writeFileSync(join(directory, `${name.replaceAll(/[/\0\ud800-\udfff]/gu, "").slice(0, 40)}.seed`), text);
      const exploration = await explore(async () => { await Promise.resolve(); throw new Error("lost"); }, { name: "t", corpus: directory, order: "latency", runs: 3, shrinkMs: 30 });
      for (const one of [...said, ...exploration.replayed.map(({ note }) => note), String(exploration)]) expect(isFit(one)).toBe(true);
    }),
    cases(25),
  );
  expect(said.length).toBeGreaterThan(0);
});

test.runIf(process.platform !== "win32")("pipes, devices, folders and files without an end are passed over, and nobody waits for them", async () => {
  execFileSync("mkfifo", [join(folder, "pipe.seed")]);
  symlinkSync("/dev/zero", join(folder, "device.seed"));
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling.seed"));
  symlinkSync(join(folder, "loop.seed"), join(folder, "loop.seed"));
  mkdirSync(join(folder, "folder.seed"));
  writeFileSync(join(folder, "large.seed"), "");
  execFileSync("truncate", ["-s", "1G", join(folder, "large.seed")]);
  const kept = encodeRecord({ test: "t", file: "", project: "", kind: "error", error: "Error: e", sentence: "s", heddle: "", seed: SEED });
  writeFileSync(join(folder, "elsewhere"), kept);
  symlinkSync(join(folder, "elsewhere"), join(folder, "linked.seed"));
  const said: string[] = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => said.push(text));
  const { verdict, replayed } = await explore(async () => 1, { name: "t", corpus: folder, order: "latency", runs: 3 });
  expect(verdict).toBe("passed");
  expect(replayed.map(({ path }) => path)).toEqual([join(folder, "linked.seed")]);
  const passedOver = said.filter((text) => text.includes("was passed over")).map((text) => /(\w+)\.seed was passed over: (.*?);/.exec(text)!.slice(1));
  expect(passedOver).toEqual([
    ["device", "it is no regular file"],
    ["folder", "it is no regular file"],
    ["large", "it is larger than 16 MB, as no failing schedule is"],
    ["loop", expect.stringContaining("ELOOP")],
    ["pipe", "it is no regular file"],
  ]);
});
