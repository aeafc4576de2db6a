import { natives } from "../host/natives.ts";
import type { RunningTest } from "../runners/running-test.ts";
import { holdThread, refuseNested } from "./session.ts";

/** What ends a search early. */
export interface Stop {
  readonly aborted: boolean;
}

/** The thread, held for one exploration. */
export interface Turn {
  /** Whether the exploration is to end: its caller says so, or the runner has given its test up. */
  readonly stop: Stop;
  readonly release: () => void;
}

interface Holder {
  readonly isOver: () => boolean;
  isStopped: boolean;
}

let holder: Holder | undefined;
/** The end of the last exploration that has asked for a turn. */
let last: Promise<void> | undefined;

/**
 * Explorations of one thread come one after the other, in the order in which they were asked for. One whose test the
 * runner has given up (its time was out) ends as soon as the next one asks.
 * @param test - whose exploration it is.
 * @param signal - the caller's own.
 * @throws HeddleError see `holdThread`; an error where the runner has given the test up before its turn came.
 */
export async function takeTurn(test: RunningTest | undefined, signal: Stop | undefined): Promise<Turn> {
  refuseNested();
  const before = last;
  let finish!: () => void;
  const end = new natives.Promise<void>((resolve) => {
    finish = resolve;
  });
  last = end;
  const over = (): void => {
    if (last === end) last = undefined;
    finish();
  };
  try {
    if (before !== undefined) await comesAfter(before);
    if (test?.isOver() === true) throw new Error("heddle: no execution was made, as the test was over (its time was up) before its turn came");
    const release = holdThread();
    const own: Holder = { isOver: () => test?.isOver() === true, isStopped: false };
    holder = own;
    const stopLater = timeLimit(test, own);
    const giveBack = (): void => {
      stopLater();
      holder = undefined;
      release();
      over();
    };
    return { release: giveBack, stop: { get aborted() { return own.isStopped || signal?.aborted === true; } } };
  } catch (error) {
    over();
    throw error;
  }
}

async function comesAfter(before: Promise<void>): Promise<void> {
  if (holder?.isOver() === true) holder.isStopped = true;
  await before;
}

/** Where the runner's limit is known, nobody waits for what is found behind it. */
function timeLimit(test: RunningTest | undefined, own: Holder): () => void {
  if (test?.isLimitKnown !== true || test.limitMs === Number.POSITIVE_INFINITY) return () => undefined;
  const timer = natives.setTimeout.call(globalThis, () => {
    own.isStopped = true;
  }, test.limitMs);
  (timer as { unref?: () => void }).unref?.();
  return () => natives.clearTimeout.call(globalThis, timer as never);
}
