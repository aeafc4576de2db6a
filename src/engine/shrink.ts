import { isOptional } from "./event.ts";
import type { OrderName } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { Deviation, Schedule } from "./schedule.ts";
import type { ReplayStrategy } from "./strategy.ts";
import { isError, messageOf, nameOf, read, stackOf } from "../values/thrown.ts";

/** UTF-16 units of a message by which failures are compared: each candidate of shrinking asks. */
const MOST_COMPARED = 1000;
/** Of no more deviations a schedule can be read as it is. */
const FEW = 2;
/** Places among the legal events at which a task is looked for that could be held back. */
const MOST_HELD = 3;

/** A schedule that fails, with what it costs to read. */
export interface FailingSchedule {
  readonly schedule: Schedule;
  readonly outcome: Outcome;
}

export interface ShrinkSettings {
  readonly order: OrderName;
  readonly replay: (schedule: Schedule, strict: boolean) => ReplayStrategy;
  /** The most executions to spend. */
  readonly runs: number;
  /** False once the time is up. */
  readonly hasTime: () => boolean;
}

/**
 * Makes a failing schedule small: fewest deviations first, then fewest task switches, then the least latency.
 * Delta debugging (Zeller and Hildebrandt, 2002) over the list of deviations, and besides removal: *starve* in place
 * of a run of skips, nearer positions, neighbouring decisions. Where several are left, the list is made anew of what was
 * held back from when to when, if that comes to less: that one task runs far ahead of another is one such. It ends
 * where no single deviation can be removed.
 */
export class Shrinker {
  spent: number = 0;
  /** It ended for want of executions or time: with more of them less might be left. */
  isCutShort: boolean = false;
  private best: FailingSchedule;
  /** Those of the last attempt. */
  private decisions = 0;
  private readonly settings: ShrinkSettings;

  constructor(first: FailingSchedule, settings: ShrinkSettings) {
    this.best = first;
    this.settings = settings;
  }

  *run(): Plan<FailingSchedule> {
    if (this.best.schedule.length === 0 || (yield* this.attempt([]))) return this.best;
    const plainDecisions = this.decisions;
    if (this.best.schedule.length > 1) yield* this.injectOnly();
    if (this.best.schedule.length > 1) yield* this.guessOne();
    if (this.best.schedule.length > 1) yield* this.holdTask();
    yield* this.removeChunks();
    const skipping = this.best;
    if (skipping.schedule.length > 1) yield* this.holdBack();
    const isHolding = this.best !== skipping;
    yield* this.refine();
    if (isHolding && this.best.schedule.length > FEW) yield* this.tryFrom(skipping, (other) => other.refine());
    if (this.best.schedule.length > 1) yield* this.holdTask();
    if (this.best.schedule.length > 1) yield* this.anyOne(plainDecisions);
    return this.best;
  }

  private *refine(): Plan<void> {
    for (let before = -1; before !== this.spent && this.hasBudget(); ) {
      before = this.spent;
      const cost = costOf(this.best);
      yield* this.starveInstead();
      yield* this.holdLonger();
      yield* this.lower();
      yield* this.move();
      yield* this.removeChunks();
      if (costOf(this.best) === cost) break;
    }
  }

  /** The same course, told by what was held back, may be further from FIFO and yet come to less. */
  private *holdBack(): Plan<void> {
    if (!this.hasBudget()) return;
    const strategy = this.settings.replay(this.best.schedule, false);
    strategy.noteHeldBack();
    this.spent += 1;
    const outcome = yield { strategy, order: this.settings.order };
    if (!failsAlike(outcome, this.best.outcome)) return;
    yield* this.tryFrom({ schedule: strategy.heldBack(), outcome }, (other) => other.removeChunks());
  }

  /** What comes of another schedule that fails alike, for no more executions than were spent so far. */
  private *tryFrom(first: FailingSchedule, reduce: (other: Shrinker) => Plan<void>): Plan<void> {
    const other = new Shrinker(first, { ...this.settings, runs: Math.min(this.spent, this.settings.runs - this.spent) });
    yield* reduce(other);
    this.spent += other.spent;
    if (other.best.schedule.length < this.best.schedule.length) this.best = other.best;
  }

  /** Many failures need no more than the faults and aborts: those alone, as they come or as soon as they can. */
  private *injectOnly(): Plan<void> {
    const injected = this.best.schedule.filter(({ kind, check }) => kind === "skip" && isOptional(check?.kind));
    if (injected.length === 0) return;
    for (const candidate of [...injected.map((one) => [one]), injected]) {
      if (yield* this.attempt(candidate)) return;
      if (yield* this.attempt(candidate.map((one) => ({ ...one, decision: 0 })))) return;
    }
  }

  /** Many failures need but one event to be held back, or one to go first: try those that the schedule names. */
  private *guessOne(): Plan<void> {
    const schedule = this.best.schedule;
    for (const { decision, index, check } of schedule.slice(0, 12)) {
      if (isOptional(check?.kind)) continue;
      for (const kind of ["starve", "skip"] as const) {
        if (yield* this.attempt([{ kind, decision, index: kind === "starve" ? 0 : index, check: undefined }])) return;
      }
    }
  }

  /** A task may have to be late by more than one latency: then it is held back, and not the events it consists of, one by one. */
  private *holdTask(): Plan<void> {
    for (const { decision, index, kind, check } of this.best.schedule.slice(0, 12)) {
      if (isOptional(check?.kind)) continue;
      const most = Math.min(kind === "starve" ? index : index - 1, MOST_HELD);
      for (let held = 0; held <= most; held += 1) {
        if (yield* this.attempt([{ kind: "starve", decision, index: held, check: undefined, holdsTask: true }])) return;
      }
    }
  }

  /** The schedule found may be far from the nearest one that fails: any single deviation from FIFO is nearer. */
  private *anyOne(decisions: number): Plan<void> {
    for (let decision = 0; decision < decisions && this.hasBudget(); decision += 1) {
      if (yield* this.attempt([{ kind: "starve", decision, index: 0, check: undefined }])) return;
      if (yield* this.attempt([{ kind: "skip", decision, index: 1, check: undefined }])) return;
    }
  }

  private *removeChunks(): Plan<void> {
    for (let size = Math.ceil(this.best.schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < this.best.schedule.length; ) {
        const schedule = this.best.schedule;
        const without = [...schedule.slice(0, from), ...schedule.slice(from + size)];
        const removed = yield* this.attempt(without);
        if (removed && size === 1) {
          from = 0;
        } else if (!removed) {
          from += size;
        }
        if (!this.hasBudget()) return;
      }
    }
  }

  /** One starve in place of a run of deviations: of everything from one on, or of fewer and fewer neighbours. */
  private *starveInstead(): Plan<void> {
    for (let at = 0; at < this.best.schedule.length - 1; at += 1) {
      const schedule = this.best.schedule;
      const starve: Deviation = { kind: "starve", decision: schedule[at]!.decision, index: 0, check: undefined };
      const spans = [schedule.length - at, 16, 8, 4, 3, 2].filter((span) => span <= schedule.length - at);
      for (const span of new Set(spans)) {
        if (yield* this.attempt([...schedule.slice(0, at), starve, ...schedule.slice(at + span)])) break;
      }
    }
  }

  /** One event held back for longer, in place of itself and a later one. */
  private *holdLonger(): Plan<void> {
    for (let at = 0; at < this.best.schedule.length - 1; at += 1) {
      for (let later = at + 1; later < this.best.schedule.length && this.best.schedule[at]!.until !== undefined; later += 1) {
        const { kind, until } = this.best.schedule[later]!;
        if (kind !== "starve") continue;
        const without = this.replaced(at, { until }).filter((_deviation, index) => index !== later);
        if (yield* this.attempt(without)) later = at;
      }
    }
  }

  private *lower(): Plan<void> {
    for (let at = 0; at < this.best.schedule.length; at += 1) {
      if (this.best.schedule[at]?.until !== undefined) yield* this.attempt(this.replaced(at, { until: undefined }));
      for (let index = 1; index < (this.best.schedule[at]?.index ?? 0); index += 1) {
        if (yield* this.attempt(this.replaced(at, { index }))) break;
      }
    }
  }

  private *move(): Plan<void> {
    for (let at = 0; at < this.best.schedule.length; at += 1) {
      for (const by of [-2, -1, 1, 2]) {
        const decision = (this.best.schedule[at]?.decision ?? 0) + by;
        if (decision >= 0) yield* this.attempt(this.replaced(at, { decision }));
      }
    }
  }

  private replaced(at: number, change: Partial<Deviation>): Schedule {
    return this.best.schedule
      .map((deviation, index) => (index === at ? { ...deviation, ...change, check: change.index === undefined && isOptional(deviation.check?.kind) ? deviation.check : undefined } : deviation))
      .sort((left, right) => left.decision - right.decision);
  }

  /** Runs a candidate; keeps it where it fails alike and is cheaper. */
  private *attempt(candidate: Schedule): Plan<boolean> {
    if (!this.hasBudget()) return false;
    this.spent += 1;
    const strategy = this.settings.replay(candidate, false);
    const outcome = yield { strategy, order: this.settings.order };
    this.decisions = outcome.decisions;
    if (!failsAlike(outcome, this.best.outcome)) return false;
    const found = { schedule: strategy.effective(), outcome };
    if (!(costOf(found) < costOf(this.best))) return false;
    this.best = found;
    return true;
  }

  private hasBudget(): boolean {
    if (this.spent < this.settings.runs && this.settings.hasTime()) return true;
    this.isCutShort = true;
    return false;
  }
}

/**
 * The same kind of failure, with the same words but for the numbers in them: of the first line, and of what follows it
 * or where it was thrown. Two assertions may begin alike, and say below what they have found.
 */
export function failsAlike(outcome: Outcome, other: Outcome): boolean {
  if (outcome.failure === undefined || other.failure === undefined) return outcome.failure === other.failure;
  const [one, two] = [outcome.failure.error, other.failure.error];
  if (outcome.failure.kind !== other.failure.kind || wordsOf(one) !== wordsOf(two)) return false;
  return one === two || !isError(one) || !isError(two) || withoutNumbers(messageOf(one)) === withoutNumbers(messageOf(two)) || thrownAt(one) === thrownAt(two);
}

/** The innermost frame of an error's stack; empty where it has none. */
function thrownAt(error: Error): string {
  return /^ {4}at .*$/m.exec(stackOf(error))?.[0] ?? "";
}

/** Identifiers of random bytes, in hexadecimal digits or in base 64, and buffers as they are shown. */
const IDENTIFIER = /<Buffer[^>]*>|(?<![\da-z])(?=[a-f-]*\d)[\da-f-]{8,}(?![\da-z])|(?=[\w+-]*\d)(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])[\w+-]{12,}=*/g;

/** Without numbers and identifiers, which may differ from one execution to the next. */
function withoutNumbers(text: string): string {
  return text.replaceAll(IDENTIFIER, "0").replaceAll(/\d+/g, "0");
}

/** A system error by what was refused, not by the path: that of a temporary folder is another in each execution. */
function wordsOf(error: unknown): string {
  if (!isError(error)) return typeof error;
  const name = nameOf(error);
  const [code, syscall] = [read(error, "code"), read(error, "syscall")];
  if (typeof code === "string" && typeof syscall === "string") return `${name}: ${code} ${syscall}`;
  return `${name}: ${withoutNumbers(messageOf(error).slice(0, MOST_COMPARED).split("\n")[0]!)}`;
}

/** Deviations, then positions and switches, then latency, as one number that compares in that order. */
function costOf({ schedule, outcome }: FailingSchedule): number {
  let far = 0;
  for (const { index, until, holdsTask } of schedule) far += Math.max(0, index - 1) + (until === undefined ? 0 : 1) + (holdsTask === true ? 1 : 0);
  const detail = Math.min(far, 999) * 1e3 + Math.min(outcome.switches, 999);
  return schedule.length * 1e9 + detail * 1e3 + Math.min(outcome.latencyMs, 999) / 1;
}
