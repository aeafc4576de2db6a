import { TestRunner, vi, type RunnerTask, type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite } from "vitest";
import { reinstatePatches } from "../../host/patches.ts";
import { addMissingHooks, watchHooks, type RegisteredHook } from "./package-hooks.ts";

/** At the end of the ids of what is evaluated afresh: vitest's reporters know nothing of these tasks. */
const MARK = "#afresh";

export function isAfresh(id: string): boolean {
  return id.endsWith(MARK);
}

/** What vitest does with one file, which can be had any number of times. */
export interface FileWork {
  /** Evaluates the file's setup files and the file, and adds what they register to `files`. */
  readonly collect: () => Promise<unknown>;
  /** Runs the tasks of the file as it was collected first, between its hooks. */
  readonly run: () => Promise<unknown>;
  readonly files: RunnerTestFile[];
  /** What was registered when the file was collected first. */
  readonly hooks: readonly RegisteredHook[];
}

/** A test as it was evaluated for one execution: it stands behind its `beforeAll` hooks, and waits to be run. */
export interface FreshTest {
  readonly test: RunnerTestCase;
  readonly run: () => Promise<unknown>;
}

type Hooks = Record<string, unknown[]>;

/**
 * A test file that is evaluated again and again, in the process that it was evaluated in: all modules that vitest's module
 * runner has loaded, with their state, are made anew (those that Node loads are not: `server.deps.inline` hands them
 * to the runner; the hooks that they have registered are kept), and so are the test's hooks, mocks and fixtures. Spies and stubs are taken away in between, as vitest does between files.
 *
 * vitest's run of the file, as a span of its own tells of it, runs the tasks of one object. That is given the fresh file as its only
 * child, and no hooks; when its run comes to the test that is wanted, it waits there until the execution is over.
 */
export class FreshFile {
  private readonly file: RunnerTestFile;
  private readonly work: FileWork;
  private readonly first: { readonly tasks: RunnerTask[]; readonly result: RunnerTestFile["result"]; readonly mode: RunnerTestFile["mode"]; readonly hooks: Hooks };
  private wanted: { readonly id: string; readonly reached: (run: () => Promise<unknown>, over: () => void) => void } | undefined = undefined;
  private running: { readonly over: () => void; readonly file: Promise<unknown> } | undefined = undefined;

  constructor(file: RunnerTestFile, work: FileWork) {
    this.file = file;
    this.work = work;
    this.first = { tasks: file.tasks, result: file.result, mode: file.mode, hooks: { ...hooksOf(file) } };
  }

  /** Whether vitest has come to the test that is to be run. */
  isWanted(id: string): boolean {
    return this.wanted?.id === id;
  }

  /** What vitest waits for then. */
  reach(run: () => Promise<unknown>): Promise<void> {
    return new Promise((over) => this.wanted!.reached(run, over));
  }

  /**
   * @param id - of the test, as it was collected first.
   * @param isBehindOthers - the tests before it are run as they are: it may rest on what they leave.
   * @throws Error where the test is not to be had again.
   */
  async begin(id: string, isBehindOthers: boolean): Promise<FreshTest> {
    await this.end();
    const fresh = await this.evaluate();
    const test = choose(fresh, id, isBehindOthers);
    if (test === undefined) throw new Error("evaluated again, its file has no such test");
    Object.assign(hooksOf(this.file), Object.fromEntries(Object.keys(this.first.hooks).map((name) => [name, []])));
    Object.assign(this.file, { tasks: [fresh], result: undefined, mode: "run" });
    return new Promise((resolve, reject) => {
      const reached = (run: () => Promise<unknown>, over: () => void): void => {
        this.wanted = undefined;
        this.running = { over, file };
        resolve({ test, run });
      };
      this.wanted = { id: test.id, reached };
      const file = this.work.run();
      const missed = (): void => reject(new Error(`the hooks before it fail, once its file is evaluated again: ${errorIn(fresh) ?? "no error"}`));
      file.then(missed, missed);
    });
  }

  /** The execution is over: vitest goes on behind the test, with the hooks that clear up. */
  async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    running?.over();
    await running?.file;
  }

  /** The file is as it was collected first. */
  async close(): Promise<void> {
    await this.end();
    const { hooks, ...rest } = this.first;
    Object.assign(this.file, rest);
    Object.assign(hooksOf(this.file), hooks);
  }

  private async evaluate(): Promise<RunnerTestFile> {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    vi.useRealTimers();
    reinstatePatches();
    vi.resetModules();
    let again: readonly RegisteredHook[] = [];
    await watchHooks(this.work.collect, (hooks) => (again = hooks));
    const fresh = this.work.files.pop()!;
    const failed = errorIn(fresh);
    if (failed !== undefined) throw new Error(`its file cannot be evaluated again: ${failed}`);
    addMissingHooks(hooksOf(fresh), this.work.hooks, again);
    mark(fresh);
    return fresh;
  }
}

function hooksOf(suite: RunnerTestSuite): Hooks {
  return TestRunner.getSuiteHooks(suite) as unknown as Hooks;
}

function mark(task: RunnerTask): void {
  task.id += MARK;
  if (task.type === "suite") for (const one of task.tasks) mark(one);
}

/** Leaves one test to be run, and those before it if they are wanted. */
function choose(file: RunnerTestFile, id: string, isBehindOthers: boolean): RunnerTestCase | undefined {
  let chosen: RunnerTestCase | undefined;
  const visit = (task: RunnerTask): boolean => {
    if (task.type === "test") {
      const isIt = task.id === id + MARK;
      if (isIt) {
        chosen = task;
        task.retry = 0;
        task.repeats = 0;
      }
      const runs = (task.mode === "run" || task.mode === "queued") && (isIt || (isBehindOthers && chosen === undefined));
      if (!runs) task.mode = "skip";
      return runs;
    }
    const run = task.tasks.map(visit);
    if (!run.includes(true)) task.mode = "skip";
    return run.includes(true);
  };
  visit(file);
  return chosen?.mode === "skip" ? undefined : chosen;
}

function errorIn(task: RunnerTask): string | undefined {
  const [error] = task.result?.errors ?? [];
  if (error !== undefined) return error.message.split("\n", 1)[0];
  return task.type === "suite" ? task.tasks.map(errorIn).find((one) => one !== undefined) : undefined;
}

/** Whether a test fails as it is too, with its file evaluated afresh and the tests before it run. */
export async function failsBehindOthers(file: FreshFile, id: string): Promise<boolean> {
  try {
    const { test, run } = await file.begin(id, true);
    await run();
    return test.result?.state !== "pass";
  } catch {
    return true;
  } finally {
    await file.end();
  }
}
