import type { PendingEvent } from "../engine/event.ts";
import type { Deviation, Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { replay } from "./replay.ts";
import { everyNth, WHOLE, type Shard } from "./shard.ts";

/**
 * Tries every single deviation from an execution that somebody else has made. Where an event that is held back has to run all the
 * same, as latency is bounded, and its task goes on while others wait, the whole task is held back in the next execution.
 */
export interface SinglesStrategy extends Strategy {
  /** @param legal - how many events were legal at each decision of the FIFO execution. */
  learn(legal: readonly number[]): void;
}

/**
 * A part of `auto`: its `begin` says `false` when there is nothing left to try.
 * @param shard - which of the deviations to try.
 */
export function singles(shard: Shard = WHOLE): SinglesStrategy {
  let schedules: Iterator<Schedule, void> = singleDeviations([]);
  let current: ReplayStrategy = replay([], false);
  let starve: Deviation | undefined;
  let held: PendingEvent | undefined;
  /** That `held` had to run though something else was to be held back by it: its task went on before others. */
  let hadToRun = false;
  let wentOn = false;
  /** To be tried next: the last one once more, with the whole task held back. */
  let again: Schedule | undefined;
  return {
    name: "singles",
    learn(legal) {
      schedules = everyNth(singleDeviations(legal), shard);
      again = undefined;
    },
    begin() {
      const next = again ?? schedules.next().value;
      if (next === undefined) return false;
      const [only] = next;
      starve = only?.kind === "starve" && only.holdsTask !== true ? only : undefined;
      [again, held, hadToRun, wentOn] = [undefined, undefined, false, false];
      current = replay(next, false);
      current.begin?.(0);
      return true;
    },
    pick(legal, decision) {
      if (starve?.decision === decision) held = legal[starve.index];
      const picked = current.pick(legal, decision);
      if (hadToRun && picked.task === held!.task) wentOn = true;
      return picked;
    },
    ran(event) {
      if (event === held) hadToRun = true;
    },
    end() {
      if (wentOn) again = [{ ...starve!, holdsTask: true }];
    },
  };
}

/**
 * Every single deviation from the FIFO execution, in an order that comes early to each part of it: the decisions are
 * taken as in van der Corput's sequence (the first, the middle one, the quarters, and so on), a starve and a skip at
 * each; then the skips to events further back.
 *
 * Only the head is starved. To starve an event that stands further back comes to the same as to starve it once it
 * has become the head.
 * @param legal - how many events were legal at each decision of the FIFO execution.
 */
export function* singleDeviations(legal: readonly number[]): Generator<Schedule, void> {
  const order = spread(legal.length);
  for (const decision of order) {
    yield [deviation("starve", decision, 0)];
    yield [deviation("skip", decision, 1)];
  }
  let most = 0;
  for (const count of legal) most = Math.max(most, count);
  for (const distance of spread(Math.max(0, most - 2))) {
    for (const decision of order) {
      const index = distance + 2;
      if (index < legal[decision]!) yield [deviation("skip", decision, index)];
    }
  }
}

function deviation(kind: Deviation["kind"], decision: number, index: number): Deviation {
  return { kind, decision, index, check: undefined };
}

/** The numbers below `count`, each once, every beginning of the list spread over all of them. */
export function spread(count: number): number[] {
  const found: number[] = [];
  let size = 1;
  while (size < count) size *= 2;
  for (let index = 0; index < size; index += 1) {
    let reversed = 0;
    for (let bit = 1, mirror = size / 2; bit < size; bit *= 2, mirror /= 2) if ((index & bit) !== 0) reversed += mirror;
    if (reversed < count) found.push(reversed);
  }
  return found;
}
