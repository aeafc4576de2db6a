import type { Operation } from "../../histories/operation.ts";
import type { Misfit } from "../../histories/verdict.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { OBSERVE, type History } from "./recorded-run.ts";
import { showCall, type Call } from "./operations-program.ts";
import { keyOf, type Result } from "./result.ts";
import type { ObjectConsistency } from "./specification.ts";

/** Beginnings of orders that are tried for one history; beyond, nothing is known of it. How much is known of the subject makes no difference. */
const MOST_TRIED = 20_000;

/** What the subject answers when it is called alone: known for the sequences of calls that were run. */
interface Answered {
  /** What the last call of the sequence answered; `undefined`: it never returned. */
  readonly result: Result | undefined;
  readonly next: Map<string, Answered>;
}

/** Whether a history can be explained by some order of its calls, one after another. */
export type Explanation =
  | { readonly verdict: "explained" }
  | { readonly verdict: "unexplained"; readonly prefix: readonly number[]; readonly misfits: readonly Misfit<Result>[] }
  | { readonly verdict: "unknown" };

/**
 * The subject as its own specification. What a sequence of calls gives is found out by executing it, once: all histories
 * of one program are held against the same answers.
 *
 * The search is that of Wing and Gong (1993). It has no memo of states, as the states of a subject cannot be seen; but
 * generated programs are short, and the order of the returns nearly always explains a history, at one execution.
 */
export class SequentialOracle {
  private readonly consistency: ObjectConsistency;
  private readonly start: Answered = { result: undefined, next: new Map() };

  constructor(consistency: ObjectConsistency) {
    this.consistency = consistency;
  }

  /**
   * @param history - with calls that never returned, if the body hung.
   * @param run - executes calls one after another on a fresh subject: what each came to, as far as they came.
   */
  *explain<Request>(history: History, run: (calls: readonly Call[]) => Generator<Request, readonly Result[], Outcome>): Generator<Request, Explanation, Outcome> {
    const search = new OrderSearch(history, this.consistency).explanation(this.start);
    let next = search.next();
    while (next.done !== true) {
      this.learn(next.value, yield* run(next.value));
      next = search.next();
    }
    return next.value;
  }

  private learn(calls: readonly Call[], results: readonly Result[]): void {
    let at = this.start;
    for (const [index, call] of calls.entries()) {
      const key = showCall(call);
      const known = at.next.get(key) ?? { result: results[index], next: new Map<string, Answered>() };
      at.next.set(key, known);
      if (results[index] === undefined) return;
      at = known;
    }
  }
}

/** A search whose results have to be known to go on: it yields calls, and goes on when what they give was learnt. */
type Search<Found> = Generator<readonly Call[], Found, void>;

/** One search for an order. */
class OrderSearch {
  private readonly history: History;
  private readonly completed: readonly number[];
  private readonly hanging: readonly number[];
  private readonly consistency: ObjectConsistency;
  private readonly keys: readonly string[];
  private longest: readonly number[] = [];
  private misfits: Misfit<Result>[] = [];
  private tried = 0;

  constructor(history: History, consistency: ObjectConsistency) {
    this.history = history;
    this.consistency = consistency;
    this.keys = history.map(({ input }) => showCall(input));
    const all = [...history.keys()];
    this.completed = all.filter((at) => history[at]!.returnedAt !== undefined).sort((one, other) => history[one]!.returnedAt! - history[other]!.returnedAt!);
    this.hanging = all.filter((at) => history[at]!.returnedAt === undefined);
  }

  *explanation(start: Answered): Search<Explanation> {
    const isExplained = yield* this.from(start, []);
    if (isExplained) return { verdict: "explained" };
    if (this.tried > MOST_TRIED) return { verdict: "unknown" };
    return { verdict: "unexplained", prefix: this.longest, misfits: this.misfits };
  }

  /** Whether what is left can be ordered behind what is placed. */
  private *from(at: Answered, placed: readonly number[]): Search<boolean> {
    this.tried += 1;
    if (placed.length === this.completed.length) return yield* this.hang(at, placed);
    const open = this.completed.filter((operation) => !placed.includes(operation));
    const misfits: Misfit<Result>[] = [];
    for (const operation of open) {
      if (open.some((other) => other !== operation && this.mustPrecede(other, operation))) continue;
      const answered = yield* this.answer(at, operation, [...placed, operation, ...open.filter((other) => other !== operation)]);
      if (answered.result === undefined || keyOf(answered.result) !== keyOf(this.history[operation]!.output!)) {
        misfits.push({ operation, expected: answered.result === undefined ? [] : [answered.result] });
      } else if (yield* this.from(answered, [...placed, operation])) {
        return true;
      }
      if (this.tried > MOST_TRIED) return false;
    }
    // Of dead ends as long as the longest, the first: the order of the returns is tried first.
    if (misfits.length > 0 && (this.misfits.length === 0 || placed.length > this.longest.length)) [this.longest, this.misfits] = [placed, misfits];
    return false;
  }

  /** What never returned must have had reason to wait: alone, in the state that all others lead to, it waits too. */
  private *hang(at: Answered, placed: readonly number[]): Search<boolean> {
    for (const operation of this.hanging) {
      const answered = yield* this.answer(at, operation, [...placed, operation]);
      if (answered.result !== undefined) return false;
    }
    return true;
  }

  /** @param operations - to be executed if it is not known: those before it, itself, and others, of which more is learnt. */
  private *answer(at: Answered, operation: number, operations: readonly number[]): Search<Answered> {
    const key = this.keys[operation]!;
    if (!at.next.has(key)) yield operations.map((one) => this.history[one]!.input);
    return at.next.get(key)!;
  }

  private mustPrecede(one: number, other: number): boolean {
    const [first, second] = [this.history[one]!, this.history[other]!];
    if (second.input === OBSERVE) return true;
    if (this.consistency === "linearizable") return first.returnedAt! < second.calledAt;
    if (this.consistency === "sequential") return first.task === second.task && first.calledAt < second.calledAt;
    return this.isQuietBetween(first, second);
  }

  private isQuietBetween(first: Operation, second: Operation): boolean {
    if (first.returnedAt! >= second.calledAt) return false;
    const edges = this.history.map(({ returnedAt }) => returnedAt).filter((edge): edge is number => edge !== undefined && edge >= first.returnedAt! && edge < second.calledAt);
    return edges.some((edge) => !this.history.some(({ calledAt, returnedAt }) => calledAt <= edge && (returnedAt === undefined || returnedAt > edge)));
  }
}
