import type { Ended } from "./crashable.ts";
import type { RealFault } from "./real-faults.ts";
import type { Io } from "./io-options.ts";
import type { Resource } from "./resources.ts";

/** What a body is given. Every member can be taken out of it (`({ spawn, io }) => …`). */
export interface BodyContext {
  /**
   * Starts a named task: `fn` is called at once, as any async function is. The result is a promise of what `fn`
   * returns. Tasks that nobody awaits are awaited at the end; one that rejects unheard fails the execution.
   */
  readonly spawn: <Result>(name: string, fn: () => Result) => Promise<Awaited<Result>>;
  /** I/O boundaries: the call is an event before it acts, and another one when it answers. */
  readonly io: Io;
  /**
   * A signal that may abort at any step, once: each such step is tried. Plain JavaScript's order never aborts it, and
   * nothing waits for it. Its reason is an `AbortError`, and a body or a task that ends with that fails as with any other.
   */
  readonly abortable: (name?: string) => AbortSignal;
  /** The object, with its reads and writes recorded. Name it as the report should. */
  readonly shared: <Target extends object>(target: Target, name?: string) => Target;
  /** Checked after every step: must not return `false`, nor throw. */
  readonly invariant: (name: string, check: () => unknown) => void;
  /** A state that at least one execution must come to, or a green run has proved nothing. */
  readonly sometimes: (name: string, condition: boolean | (() => boolean)) => void;
  /**
   * Has to hold some time within so many ms of virtual time: checked after every step. The promise is fulfilled once it
   * holds, and the body does not end before. (Under `chaos`, where timers fire when they like: by the time nothing else
   * is under way.) A miss is a failure of the kind `invariant`.
   */
  readonly eventually: (name: string, condition: () => boolean, options: { readonly withinMs: number }) => Promise<void>;
  /**
   * Resolves when nothing is under way beside: nothing can run, no I/O, and no timer. In virtual time. Intervals do not
   * count, nor does what waits for something that never comes.
   */
  readonly settled: () => Promise<void>;
  /**
   * Runs a function in plain JavaScript's order, with all that runs meanwhile: nothing is decided, and the timeline does
   * not show it. What matters begins behind it: `const db = await setup(() => openDatabase())`. It stands in the body,
   * before its tasks; several may come one after another.
   */
  readonly setup: <Result>(fn: () => Result) => Promise<Awaited<Result>>;
  /**
   * Something that has to be given back. What a body that has ended has not released is a failure of the kind `leak`,
   * which says who acquired it and where; so is what is released twice, or was never acquired.
   */
  readonly resource: (name: string) => Resource;
  /**
   * The path of a temporary folder of this execution's own: empty at first, and removed at its end with all that is in it.
   * Each call gives the same folder. Real files belong there: what an execution leaves elsewhere, the next one finds.
   */
  readonly workspace: () => string;
  /**
   * What may go wrong with steps of real operations on files from here on, by names: `faults("fs.*", ["ENOSPC", "short-write"])`,
   * `faults("fs.rename", ["reject"])`. At most `maxFaults` in one execution.
   */
  readonly faults: (pattern: string, faults: readonly RealFault[]) => void;
  /**
   * Runs a function as a process that may die before any step of a real operation on files (between two steps of a
   * `writeFile`, before a `rename`): then nothing of it goes on, and the body does, with the files as they are then. What it
   * holds in memory is not taken from it: build that within the function. `crashed` says how it ended.
   */
  readonly crashable: <Result>(run: () => Result) => Promise<Ended<Awaited<Result>>>;
  /**
   * The execution's own instance of a module, and of what that imports: its state is fresh. The specifier is what an `import` in
   * this file would take. All that one execution imports so belongs together. Under Vitest by its module runner, which does so for what
   * it loads itself (your modules, and `server.deps.inline`); elsewhere by hooks of Node's loader. Shared all the same: the runtime's own modules, native
   * addons, and what a CommonJS module imports by `import()`. Node never gives up an ES module that it has loaded: keep `runs` low, or use CommonJS, where modules are large.
   * @throws HeddleError `UNSUPPORTED` where the runtime's loader has no hooks (Jest, Bun, Deno).
   */
  readonly import: <Module = Readonly<Record<string, unknown>>>(specifier: string | URL) => Promise<Module>;
  /** A line for the timeline. */
  readonly log: (...values: unknown[]) => void;
  /** A seeded number from 0 (included) to 1 (excluded), the same in every execution. `Math.random` is seeded too. */
  readonly random: () => number;
  /** A timer of the virtual clock, in ms. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Virtual ms since the execution began. */
  readonly now: () => number;
}

/** The function under test: builds fresh state and starts tasks. */
export type Body = (context: BodyContext) => unknown;
