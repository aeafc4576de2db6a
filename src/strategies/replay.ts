import { HeddleError } from "../engine/errors.ts";
import type { PendingEvent } from "../engine/event.ts";
import { checkOf, type Deviation, type Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy } from "../engine/strategy.ts";

/**
 * Follows a schedule, and FIFO wherever it says nothing.
 * @param strict - a point that does not fit ends the execution with `REPLAY_DIVERGED`, naming what was legal; else
 *   it is passed over, which is what shrinking wants.
 */
export function replay(schedule: Schedule, strict: boolean): ReplayStrategy {
  /** What is held back, and the decision from which on it no longer is. */
  let held = new Map<PendingEvent, number>();
  let passedOver = new PassedOver();
  let taken: Deviation[] = [];
  let next = 0;
  return {
    name: "replay",
    begin() {
      held = new Map();
      passedOver = new PassedOver();
      taken = [];
      next = 0;
    },
    pick(legal, decision) {
      let chosen: PendingEvent | undefined;
      for (; next < schedule.length && schedule[next]!.decision <= decision; next += 1) {
        const deviation = schedule[next]!;
        if (deviation.decision < decision) continue;
        const event = legal[deviation.index];
        if (strict) verify(deviation, legal);
        if (event === undefined) continue;
        if (deviation.kind === "starve") {
          held.set(event, deviation.until ?? Number.POSITIVE_INFINITY);
        } else {
          if (deviation.index === 0) continue;
          chosen = event;
        }
        taken.push({ ...deviation, check: checkOf(event) });
      }
      const isFree = (event: PendingEvent): boolean => (held.get(event) ?? 0) <= decision;
      const picked = chosen ?? legal.find(isFree) ?? legal[0]!;
      passedOver.note(picked, legal, decision);
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
    heldBack: () => passedOver.schedule,
  };
}

/** The course of an execution, told by what did not run though it was its turn: each such event is one starve. */
class PassedOver {
  private readonly since = new Map<PendingEvent, Deviation>();

  note(picked: PendingEvent, legal: readonly PendingEvent[], decision: number): void {
    for (const [index, event] of legal.entries()) {
      if (event === picked) break;
      if (!this.since.has(event)) this.since.set(event, { kind: "starve", decision, index, check: checkOf(event) });
    }
    const held = this.since.get(picked);
    if (held !== undefined) this.since.set(picked, { ...held, until: decision });
  }

  get schedule(): Schedule {
    return [...this.since.values()];
  }
}

function verify(deviation: Deviation, legal: readonly PendingEvent[]): void {
  const event = legal[deviation.index];
  const { check } = deviation;
  if (check === undefined) return;
  if (event !== undefined) {
    const found = checkOf(event);
    if (found.kind === check.kind && found.id === check.id) return;
  }
  const choice = legal.map((one, index) => `  ${index}: ${one.kind} ${one.id}`).join("\n");
  throw new HeddleError(
    "REPLAY_DIVERGED",
    `this seed does not fit the code any more: at decision ${deviation.decision} it expects ${describe(check)} at position ${deviation.index}, where ${event === undefined ? "there is none" : `there is ${event.kind} ${event.id}`}. Legal here, in plain JavaScript's order:\n${choice}\nThe code, the runtime's scheduling or the options have changed since the seed was made: search again without it`,
  );
}

function describe(check: NonNullable<Deviation["check"]>): string {
  return `${check.kind === "await" || check.kind === "interval" || check.kind === "immediate" ? "an" : "a"} ${check.kind} (id ${check.id.toString(36)})`;
}
