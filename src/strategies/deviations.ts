import { HeddleError } from "../engine/errors.ts";
import type { Deviation, Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { replay } from "./replay.ts";

/** A schedule to try, and how many events were legal at each of its decisions once it has run. */
interface Tried {
  readonly schedule: Schedule;
  readonly legal: readonly number[];
}

/**
 * FIFO, then every single deviation from it (skip and starve), then every two, and so on: delay bounding on a FIFO
 * base (Emmi, Qadeer, Rakamarić, POPL 2011), with *starve* besides *skip* so that "hold one event back" is one
 * deviation and not ten. Each level is searched breadth first, the nearest alternatives before the farther ones.
 * @param bound - the most deviations in one schedule.
 */
export function deviations(bound: number): Strategy {
  if (!(bound >= 0)) throw new HeddleError("BAD_OPTION", "`bound` must be a whole number from 0");
  let level: Tried[] = [];
  let queue: Iterator<Schedule> = emptySchedule();
  let depth = 0;
  let current: ReplayStrategy | undefined;
  let schedule: Schedule = [];
  let legalCounts: number[] = [];

  const following = (): Schedule | undefined => {
    for (;;) {
      const next = queue.next();
      if (next.done !== true) return next.value;
      if (depth >= bound || level.length === 0) return undefined;
      depth += 1;
      queue = children(level);
      level = [];
    }
  };

  return {
    name: "deviations",
    exhaustive: true,
    begin(run) {
      if (run === 0) {
        [level, queue, depth] = [[], emptySchedule(), 0];
      }
      const next = following();
      if (next === undefined) return false;
      schedule = next;
      current = replay(schedule, false);
      current.begin?.(run);
      legalCounts = [];
      return true;
    },
    pick(legal, decision) {
      legalCounts.push(legal.length);
      return current!.pick(legal, decision);
    },
    end() {
      level.push({ schedule, legal: legalCounts });
    },
  };
}

function* emptySchedule(): Generator<Schedule> {
  yield [];
}

/** Every schedule with one deviation more, behind the last: first the nearest at each decision, then the others. */
function* children(parents: readonly Tried[]): Generator<Schedule> {
  for (const farther of [false, true]) {
    for (const { schedule, legal } of parents) {
      const last = schedule[schedule.length - 1];
      for (let decision = last === undefined ? 0 : last.decision + 1; decision < legal.length; decision += 1) {
        const count = legal[decision]!;
        for (const deviation of farther ? far(decision, count) : near(decision)) yield [...schedule, deviation];
      }
    }
  }
}

function near(decision: number): readonly Deviation[] {
  return [
    { kind: "skip", decision, index: 1, check: undefined },
    { kind: "starve", decision, index: 0, check: undefined },
  ];
}

function far(decision: number, count: number): readonly Deviation[] {
  const found: Deviation[] = [];
  for (let index = 2; index < count; index += 1) {
    found.push({ kind: "skip", decision, index, check: undefined });
    found.push({ kind: "starve", decision, index: index - 1, check: undefined });
  }
  return found;
}
