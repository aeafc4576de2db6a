import { HeddleError } from "../engine/errors.ts";
import { isOptional, type PendingEvent, type Task } from "../engine/event.ts";
import { checkOf, type Deviation, type EventCheck, type Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy } from "../engine/strategy.ts";

/**
 * Follows a schedule, and FIFO wherever it says nothing. Unless it is strict, a fault or an abort that a schedule names
 * is known by what it is, and happens from its decision on as soon as it can: its position tells little where something
 * else has changed.
 * @param strict - a point that does not fit ends the execution with `REPLAY_DIVERGED`, naming what was legal; else
 *   it is passed over, which is what shrinking wants.
 */
export function replay(schedule: Schedule, strict: boolean): ReplayStrategy {
  /** What is held back, and the decision from which on it no longer is. */
  let held = new Map<PendingEvent, number>();
  const heldTasks = new Map<Task, number>();
  let passedOver: PassedOver | undefined = undefined as PassedOver | undefined;
  let taken: Deviation[] = [];
  let next = 0;
  let due: Deviation[] = [];
  return {
    name: "replay",
    followsSchedule: true,
    begin() {
      held = new Map();
      heldTasks.clear();
      passedOver &&= new PassedOver();
      taken = [];
      next = 0;
      due = [];
    },
    pick(legal, decision) {
      let chosen: PendingEvent | undefined;
      for (; next < schedule.length && schedule[next]!.decision <= decision; next += 1) {
        const deviation = schedule[next]!;
        if (!strict && deviation.kind === "skip" && isOptional(deviation.check?.kind)) {
          due.push(deviation);
          continue;
        }
        if (deviation.decision < decision) continue;
        const event = legal[deviation.index];
        if (strict) verify(deviation, legal);
        if (event === undefined || (deviation.kind === "starve" && isOptional(event.kind))) continue;
        if (deviation.kind === "starve") {
          held.set(event, deviation.until ?? Number.POSITIVE_INFINITY);
          if (deviation.holdsTask === true) heldTasks.set(event.task, deviation.until ?? Number.POSITIVE_INFINITY);
        } else {
          if (deviation.index === 0) continue;
          chosen = event;
        }
        taken.push({ ...deviation, check: checkOf(event) });
      }
      if (due.length > 0 && chosen === undefined) {
        const found = firstDue(due, legal);
        if (found !== undefined) {
          [chosen] = [legal[found.index]];
          due.splice(due.indexOf(found.deviation), 1);
          taken.push({ ...found.deviation, decision, index: found.index });
        }
      }
      const isFree = (event: PendingEvent): boolean =>
        !isOptional(event.kind) && (held.get(event) ?? 0) <= decision && (heldTasks.size === 0 || (heldTasks.get(event.task) ?? 0) <= decision);
      const picked = chosen ?? legal.find(isFree) ?? legal[0]!;
      passedOver?.note(picked, legal, decision);
      return picked;
    },
    end(outcome) {
      const missed = schedule[next];
      if (!strict || missed === undefined || outcome.failure !== undefined) return;
      throw new HeddleError(
        "REPLAY_DIVERGED",
        `this seed does not fit the code any more: the body ended after ${outcome.decisions} decision${outcome.decisions === 1 ? "" : "s"}, and the seed goes on at decision ${missed.decision}. Search again without it`,
      );
    },
    effective: () => taken,
    noteHeldBack() {
      passedOver = new PassedOver();
    },
    heldBack: () => passedOver?.schedule ?? [],
  };
}

/** The first of the named optional events that is legal, and where it stands. */
function firstDue(due: readonly Deviation[], legal: readonly PendingEvent[]): { readonly deviation: Deviation; readonly index: number } | undefined {
  for (const deviation of due) {
    const index = legal.findIndex((event) => isOptional(event.kind) && isSameCheck(checkOf(event), deviation.check!));
    if (index > 0) return { deviation, index };
  }
  return undefined;
}

/**
 * The course of an execution, told by what did not run though it was its turn: each such event is one starve. Of an
 * optional event it was never the turn: one that ran was skipped to.
 */
class PassedOver {
  private readonly since = new Map<PendingEvent, Deviation>();
  private readonly happened: Deviation[] = [];

  note(picked: PendingEvent, legal: readonly PendingEvent[], decision: number): void {
    if (isOptional(picked.kind)) {
      this.happened.push({ kind: "skip", decision, index: legal.indexOf(picked), check: checkOf(picked) });
      return;
    }
    for (const [index, event] of legal.entries()) {
      if (event === picked) break;
      if (!this.since.has(event)) this.since.set(event, { kind: "starve", decision, index, check: checkOf(event) });
    }
    const held = this.since.get(picked);
    if (held !== undefined) this.since.set(picked, { ...held, until: decision });
  }

  get schedule(): Schedule {
    const held = [...this.since.values()];
    if (this.happened.length === 0) return held;
    // Starves before the skip at one decision: an index counts what is legal, held back or not.
    return [...held, ...this.happened].sort((one, other) => one.decision - other.decision);
  }
}

function verify(deviation: Deviation, legal: readonly PendingEvent[]): void {
  const event = legal[deviation.index];
  const { check } = deviation;
  if (check === undefined) return;
  if (event !== undefined) {
    const found = checkOf(event);
    if (isSameCheck(found, check)) return;
  }
  const choice = legal.map((one, index) => `  ${index}: ${one.kind} ${one.id}`).join("\n");
  throw new HeddleError(
    "REPLAY_DIVERGED",
    `this seed does not fit the code any more: at decision ${deviation.decision} it expects ${describe(check)} at position ${deviation.index}, where ${event === undefined ? "there is none" : `there is ${event.kind} ${event.id}`}. Legal here, in plain JavaScript's order:\n${choice}\nThe code, the runtime's scheduling or the options have changed since the seed was made: search again without it`,
  );
}

function isSameCheck(one: EventCheck, other: EventCheck): boolean {
  return one.kind === other.kind && one.id === other.id;
}

function describe(check: NonNullable<Deviation["check"]>): string {
  return `${check.kind === "await" || check.kind === "interval" || check.kind === "immediate" ? "an" : "a"} ${check.kind} (id ${check.id.toString(36)})`;
}
