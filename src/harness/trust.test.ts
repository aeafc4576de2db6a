import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { control } from "../host/control.ts";
import { explore } from "./explore.ts";

/** A package whose function awaits something of its own: under `scope: "user"` that takes no time. */
const folder = mkdtempSync(join(tmpdir(), "heddle-package-"));
let twice: (then: () => void) => Promise<void>;
let after: (gate: Promise<void>, then: () => void) => Promise<void>;

beforeAll(async () => {
  const home = join(folder, "node_modules", "twice");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "index.mjs"), "export async function twice(then) { await Promise.resolve(); then(); }\nexport async function after(gate, then) { await gate; then(); }\n");
  ({ twice, after } = (await import(/* @vite-ignore */ pathToFileURL(join(home, "index.mjs")).href)) as { twice: typeof twice; after: typeof after });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Calls the package in rare schedules only: the search has stopped to look at stacks by then. */
function rarely(onRare: (isDone: () => boolean) => Promise<void>): () => Promise<void> {
  return async () => {
    const order: string[] = [];
    const task = async (name: string): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        await Promise.resolve();
        order.push(name);
      }
    };
    await Promise.all([task("a"), task("b"), task("c")]);
    if (order.join("") !== "cccbbbaaa") return;
    let isDone = false;
    const library = twice(() => {
      isDone = true;
    });
    await onRare(() => isDone);
    await library;
  };
}

test("a package's await that first shows late in the search is not delayed", async () => {
  const body = rarely(async (isDone) => {
    await Promise.resolve();
    if (!isDone()) throw new Error("the package's await took time");
  });
  const { verdict, summary, complete } = await explore(body, { order: "latency", strategy: "exhaustive", runs: 20_000 });
  expect({ verdict, complete }, summary).toEqual({ verdict: "passed", complete: true });
});

test("what was found and is not to be had when looked at closely is on the disk meanwhile, and no longer", async () => {
  const body = rarely(async (isDone) => {
    await Promise.resolve();
    if (!isDone()) throw new Error("the package's await took time");
  });
  const corpus = join(folder, ".heddle");
  const { verdict } = await explore(body, { order: "latency", strategy: "exhaustive", runs: 20_000, name: "rare", corpus });
  // The folder is made for the first file.
  expect({ verdict, kept: readdirSync(corpus) }).toEqual({ verdict: "passed", kept: [] });
});

test("the search that begins anew has time of its own, not what is left for shrinking", async () => {
  const body = rarely(async (isDone) => {
    await Promise.resolve();
    if (!isDone()) throw new Error("the package's await took time");
  });
  const { verdict, complete } = await explore(body, { order: "latency", strategy: "exhaustive", runs: 20_000, shrinkMs: 0 });
  expect({ verdict, complete }).toEqual({ verdict: "passed", complete: true });
});

test("a failure of the body itself behind it is found and replayed", async () => {
  const body = rarely(async () => {
    throw new Error("rare");
  });
  const { failure } = await explore(body, { order: "latency", strategy: "exhaustive", runs: 20_000 });
  expect(failure).toMatchObject({ kind: "error", reproduced: "5 of 5" });
  expect((await explore(body, { seed: failure!.seed })).failure?.sentence).toBe(failure!.sentence);
});

test("nothing that heddle awaits itself is taken for a package's", async () => {
  const { verdict } = await explore(
    async ({ spawn, io, sleep }) => {
      const load = io("load", async () => 1);
      const task = spawn("task", async () => {
        await sleep(1);
        await Promise.all([load(), load()]);
        await readFile(import.meta.filename, "utf8").finally(() => undefined);
      });
      await task;
    },
    { order: "latency", runs: 30 },
  );
  expect({ verdict, foreign: control.foreign }).toEqual({ verdict: "passed", foreign: 0 });
});

test("an await of a library, which goes on natively in whatever step settles its promise, depends on all other steps", async () => {
  const body = async (): Promise<void> => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const seen: string[] = [];
    const [first, second] = ["first", "second"].map(async (name) => {
      await Promise.resolve();
      // Who comes to the gate first is told first: an order that no declared object knows of.
      await after(gate, () => seen.push(name));
    });
    const opener = (async (): Promise<void> => {
      for (let step = 0; step < 2; step += 1) await Promise.resolve();
      release();
    })();
    await Promise.all([first, second, opener]);
    if (seen[0] === "second") throw new Error("second was told first");
  };
  const { failure } = await explore(body, { order: "latency", strategy: "exhaustive", independence: "declared", runs: 3000 });
  expect(failure?.error).toMatchObject({ message: "second was told first" });
});
