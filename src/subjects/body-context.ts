import type { Io } from "./io.ts";

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
