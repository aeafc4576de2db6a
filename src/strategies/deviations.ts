import { HeddleError } from "../engine/errors.ts";
import type { Deviation, Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { replay } from "./replay.ts";
import { everyNth, WHOLE, type Shard } from "./shard.ts";
import { spread } from "./singles.ts";

/** A schedule to try, and how many events were legal at each of its decisions once it has run. */
interface Tried {
  readonly schedule: Schedule;
  readonly legal: readonly number[];
}

/**
 * FIFO, then every single deviation from it (skip and starve), then every two, and so on: delay bounding on a FIFO
 * base (Emmi, Qadeer, Rakamarić, POPL 2011), with *starve* besides *skip* so that "hold one event back" is one
 * deviation and not ten. Each level is searched breadth first, the nearest alternatives before the farther ones, and
 * the decisions of a schedule in an order that comes early to each part of it.
 * @param bound - the most deviations in one schedule.
 * @param shard - the part that is tried: every part has FIFO, some of its single deviations, and what follows from them.
 */
export function deviations(bound: number, shard: Shard = WHOLE): Strategy {
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
      queue = depth === 1 ? everyNth(children(level), shard) : children(level);
      level = [];
    }
  };

  return {
    name: "deviations",
    exhaustive: true,
    covers: bound === Number.POSITIVE_INFINITY ? "interleavings" : `interleavings with at most ${bound} deviation${bound === 1 ? "" : "s"}`,
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
      // Decisions that were taken in its place are no places for deviations.
      while (legalCounts.length < decision) legalCounts.push(0);
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

/**
 * Every schedule with one deviation more, behind the last: first the nearest at each decision, then the others. At one
 * decision several events can be starved, and one be skipped to besides.
 */
function* children(parents: readonly Tried[]): Generator<Schedule> {
  for (const farther of [false, true]) {
    for (const { schedule, legal } of parents) {
      const last = schedule.at(-1);
      for (const decision of spread(legal.length)) {
        if (last !== undefined && decision < last.decision) continue;
        for (const deviation of deviationsAt(decision, legal[decision]!)) {
          const isFar = deviation.index > (deviation.kind === "starve" ? 0 : 1);
          if (isFar === farther && (decision !== last?.decision || mayFollow(deviation, last))) yield [...schedule, deviation];
        }
      }
    }
  }
}

/** At one decision: starves in the order of their indices, then a skip. */
function mayFollow(deviation: Deviation, last: Deviation): boolean {
  if (last.kind === "skip") return false;
  return deviation.kind === "starve" ? deviation.index > last.index : deviation.index !== last.index;
}

function* deviationsAt(decision: number, count: number): Generator<Deviation> {
  for (let index = 0; index < count; index += 1) {
    yield { kind: "starve", decision, index, check: undefined };
    if (index > 0) yield { kind: "skip", decision, index, check: undefined };
  }
}
