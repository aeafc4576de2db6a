/**
 * What operations on files do to each other is what Node lets them do, no less and no more. Generated programs of
 * concurrent operations on the same few files:
 *
 * - run natively, with other work in the thread pool, they come to nothing that a complete search has not reached;
 * - a complete search reaches exactly what the system calls of Node's functions allow (`support/file-model.ts`).
 *
 * `npm run soak -- --only effects` tries more of them.
 */
import { pbkdf2 } from "node:crypto";
import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { explore, install, uninstall } from "heddle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { draw, law } from "./support/cases.ts";
import { modelOutcomes, outcomeOf, type FileOperation, type FileProgram } from "./support/file-model.ts";

const PROGRAMS = 40;
const NATIVE_RUNS = 15;
/** Orders of one program: those with more are left out. */
const MOST_ORDERS = 200;
const MOST_INTERLEAVINGS = 20_000;
/** Real ms for the search of one program: it is to end by itself on a busy machine too. */
const LIMIT_MS = 120_000;

let root = "";
let folders = 0;

beforeAll(() => {
  root = fs.mkdtempSync(join(tmpdir(), "heddle-effects-"));
});

afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

async function answer(folder: string, operation: FileOperation): Promise<string> {
  const at = (path: string): string => join(folder, path);
  try {
    switch (operation.type) {
      case "writeFile":
        return await promises.writeFile(at(operation.path), operation.text).then(() => "written");
      case "appendFile":
        return await promises.appendFile(at(operation.path), operation.text).then(() => "written");
      case "readFile":
        return await promises.readFile(at(operation.path), "utf8");
      case "access":
        return await promises.access(at(operation.path)).then(() => "there");
      case "stat": {
        const stats = await promises.stat(at(operation.path));
        return stats.isFile() ? `file of ${stats.size}` : "folder";
      }
      case "readdir":
        return `[${(await promises.readdir(at(operation.path))).sort().join()}]`;
      case "unlink":
        return await promises.unlink(at(operation.path)).then(() => "removed");
      case "mkdir":
        return await promises.mkdir(at(operation.path)).then(() => "made");
      case "rmdir":
        return await promises.rmdir(at(operation.path)).then(() => "removed");
      case "rename":
        return await promises.rename(at(operation.from), at(operation.to)).then(() => "renamed");
      case "copyFile":
        return await promises.copyFile(at(operation.from), at(operation.to)).then(() => "copied");
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function treeOf(folder: string, prefix = ""): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1)).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [`${prefix}${entry.name}/`, ...treeOf(path, `${prefix}${entry.name}/`)] : [`${prefix}${entry.name}=${fs.readFileSync(path, "utf8")}`];
  });
}

/** Runs a program in a folder of its own. */
async function outcome(program: FileProgram): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  fs.mkdirSync(join(folder, "d"), { recursive: true });
  fs.writeFileSync(join(folder, "a"), "old");
  fs.writeFileSync(join(folder, "d/x"), "x");
  const tasks = program.map(async (operations) => {
    const answers: string[] = [];
    for (const operation of operations) answers.push(await answer(folder, operation));
    return answers;
  });
  const answers = await Promise.all(tasks);
  const seen = outcomeOf(answers, treeOf(folder).join(" "));
  fs.rmSync(folder, { recursive: true, force: true });
  return seen;
}

/** Other work in the thread pool, so that threads come late. */
function company(): Promise<unknown> {
  const jobs = Array.from({ length: Math.floor(Math.random() * 6) }, () => new Promise((resolve) => pbkdf2("x", "y", 1 + Math.floor(Math.random() * 300), 16, "sha1", resolve)));
  return Promise.all(jobs);
}

async function nativeOutcomes(program: FileProgram): Promise<ReadonlySet<string>> {
  uninstall();
  try {
    const seen = new Set<string>();
    for (let run = 0; run < NATIVE_RUNS; run += 1) {
      const others = company();
      seen.add(await outcome(program));
      await others;
    }
    return seen;
  } finally {
    install();
  }
}

async function reachedOutcomes(program: FileProgram): Promise<{ readonly complete: boolean; readonly outcomes: ReadonlySet<string> }> {
  const outcomes = new Set<string>();
  const body = async (): Promise<void> => void outcomes.add(await outcome(program));
  const { complete, failure } = await explore(body, { order: "production", strategy: "exhaustive", runs: MOST_ORDERS, timeMs: LIMIT_MS, corpus: false });
  expect(failure, JSON.stringify(program)).toBeUndefined();
  return { complete, outcomes };
}

const paths = fc.constantFrom("a", "a", "b", "d", "d/x");
const texts = fc.constantFrom("", "n", "new text");
const operations: fc.Arbitrary<FileOperation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("writeFile" as const, "appendFile" as const), path: paths, text: texts }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom("readFile" as const, "stat" as const, "unlink" as const, "mkdir" as const, "rmdir" as const, "readdir" as const, "access" as const), path: paths }) },
  // No links: the kernel looks for the source first, and others may come in between.
  { weight: 2, arbitrary: fc.record({ type: fc.constant("rename" as const), from: paths, to: paths }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("copyFile" as const), from: fc.constant("a"), to: fc.constantFrom("b", "d/x") }) },
);
/**
 * libuv copies until it has as many bytes as the source had: where another call empties the source meanwhile, for ever. And
 * what the kernel says of a folder that is copied differs from one to the next.
 */
function canBeCopied(program: FileProgram): boolean {
  const all = program.flat();
  if (!all.some(({ type }) => type === "copyFile")) return true;
  const emptying = all.filter(({ type }) => type === "copyFile" || type === "writeFile");
  return emptying.length === 1 && !all.some((one) => one.type === "mkdir" || (one.type === "rename" && one.from === "d"));
}

/**
 * The kernel looks up both paths of a rename before it does anything: a folder that is renamed in between takes the file
 * with it, and what comes of both is what neither order of them has.
 */
function isRenamedWhole(program: FileProgram): boolean {
  const renames = program.flat().flatMap((one) => (one.type === "rename" ? [one] : []));
  const touches = (path: string): boolean => renames.some(({ from, to }) => from === path || to === path);
  return renames.length < 2 || !(touches("d") && touches("d/x"));
}

const programs: fc.Arbitrary<FileProgram> = fc
  .array(fc.array(operations, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 })
  .filter((program) => canBeCopied(program) && isRenamedWhole(program));

describe("operations on files", () => {
  test("come natively to nothing that a complete search does not reach, and a search to nothing that the calls do not allow", law(300_000), async () => {
    let [held, outcomes, native] = [0, 0, 0];
    for (const program of draw(programs, PROGRAMS)) {
      const allowed = modelOutcomes(program, MOST_INTERLEAVINGS);
      // Most have one outcome only, whatever the order: little is to be seen of these.
      if (allowed === undefined || allowed.size === 1) continue;
      const shown = JSON.stringify(program);
      const seen = await nativeOutcomes(program);
      expect([...seen].filter((one) => !allowed.has(one)), `Node does what the model does not allow: ${shown}`).toEqual([]);
      const reached = await reachedOutcomes(program);
      expect([...reached.outcomes].filter((one) => !allowed.has(one)), `reached, and not allowed: ${shown}`).toEqual([]);
      native += seen.size;
      if (!reached.complete) continue;
      held += 1;
      outcomes += reached.outcomes.size;
      expect([...allowed].filter((one) => !reached.outcomes.has(one)), `allowed, and not reached: ${shown}`).toEqual([]);
    }
    // Else nothing was held against anything.
    expect(held).toBeGreaterThan(PROGRAMS / 50);
    expect(outcomes).toBeGreaterThanOrEqual(2 * held);
    expect(native).toBeGreaterThanOrEqual(held);
  });
});
