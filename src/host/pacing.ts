import { writeConsole } from "./process/console.ts";
import { nextTurn, realNow } from "./natives.ts";
import { reinstatePatches } from "./patches.ts";

/** How long executions may keep the thread before the event loop turns: the runner, Ctrl-C and I/O need it. */
const SLICE_MS = 25;
/** As long as less than this has passed between two looks at the clock, twice as many executions go without one, */
const LOOK_MS = 1;
/** and at most so many. */
const MOST_UNSEEN = 16;

let lookedAt = 0;
let sliceEnd = 0;
/** Executions since the clock was looked at, and how many there may be before it is again. */
let unseen = 0;
let mostUnseen = 1;

/**
 * The real time in ms, as it was before one of the last executions: looking at the clock takes as long as a step does,
 * so many short executions share one look.
 */
export function recentNow(): number {
  return lookedAt;
}

/** Something waits for the event loop to turn, and costs until then. */
let isTurnWanted = false;

/** Between this execution and the next the event loop is to turn. */
export function turnSoon(): void {
  isTurnWanted = true;
}

/** The event loop has turned, and time has passed. */
export function lookAgain(): void {
  mostUnseen = 1;
}

function look(): void {
  const now = realNow();
  mostUnseen = now - lookedAt < LOOK_MS ? Math.min(2 * mostUnseen, MOST_UNSEEN) : 1;
  unseen = 0;
  lookedAt = now;
}

/** Between executions: lets the event loop turn now and then. */
export function mayGoOn(resume: () => void): boolean {
  unseen += 1;
  if (unseen >= mostUnseen) look();
  if (sliceEnd === 0) sliceEnd = lookedAt + SLICE_MS;
  // What the body printed goes out in a turn of its own, and not in the next execution's first step.
  if (!writeConsole() && lookedAt < sliceEnd && isTurnWanted !== true) return true;
  isTurnWanted = false;
  sliceEnd = 0;
  goOnNextTurn(resume);
  return false;
}

/** After whatever took real time. */
export function goOnNextTurn(resume: () => void): void {
  nextTurn(() => {
    reinstatePatches();
    lookAgain();
    resume();
  });
}
