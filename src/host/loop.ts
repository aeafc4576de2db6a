import type { Execution } from "../engine/execution.ts";
import type { Host } from "../engine/host.ts";
import { control } from "./control.ts";
import { natives, nextTurn, nodeProcess } from "./natives.ts";
import { environment } from "./process/environment.ts";
import { isQuietOutside, waitForOutside } from "./outside/wait.ts";
import { lookAgain } from "./pacing.ts";
import { nativeTicks } from "./promises/ticks.ts";

// Compiled into hot code as they are, where what is imported would be looked up at each use.
const { tickCallback } = natives;
const process = nodeProcess;

/**
 * Whether `process._tickCallback()` drains ticks and microtasks from a macrotask, as it does in Node (deprecated, and
 * present through 26): settling then needs no rounds through the queues, which makes a search several times as fast.
 * Tried once in a macrotask of its own; everything works without it.
 */
let drainsAtOnce: boolean | undefined;

function tryDraining(): boolean {
  if (natives.tickCallback === undefined || natives.nextTick === undefined) return false;
  const seen: string[] = [];
  natives.queueMicrotask.call(globalThis, () => {
    seen.push("microtask");
    natives.nextTick!.call(nodeProcess, () => seen.push("tick"));
  });
  try {
    natives.tickCallback.call(nodeProcess);
  } catch {
    return false;
  }
  return seen.join() === "microtask,tick";
}

/**
 * Rounds of nothing but heddle's own microtask and tick, after which the queues are taken for empty. Node's streams set
 * their ticks through `process.nextTick`, where they are counted; Deno's do not, so there one quiet round proves little.
 */
const QUIET_ROUNDS = natives.tickCallback === undefined ? 4 : 1;

let whenQuiet: () => void;
let ticksSeen = 0;
let quietRounds = 0;

const viaMicrotask = (): void => natives.nextTick!.call(nodeProcess, seeWhetherQuiet);

/** A tick that runs after all microtasks; but a tick that one of them has set stands behind it. */
function seeWhetherQuiet(): void {
  const isQuiet = nativeTicks.open === 0 && nativeTicks.ran === ticksSeen;
  ticksSeen = nativeTicks.ran;
  quietRounds = isQuiet ? quietRounds + 1 : 0;
  if (quietRounds < QUIET_ROUNDS) natives.queueMicrotask.call(globalThis, viaMicrotask);
  else whenQuiet();
}

/**
 * Settles where draining at once is not to be had. The event loop does not turn while the body's own code may run: what
 * else it would run (the end of a file operation, in the runtime's own JavaScript) would be taken for the body's.
 */
function settleByRounds(callback: () => void): void {
  if (natives.nextTick === undefined) {
    nextTurn(callback);
    return;
  }
  whenQuiet = callback;
  quietRounds = 0;
  ticksSeen = nativeTicks.ran;
  natives.queueMicrotask.call(globalThis, viaMicrotask);
}

/**
 * Lets the runtime look for rejections that nobody has heard: it does when its queues are empty, which they are not
 * while every step sets the next tick. Where it matters only: under `production` a rejection fails at once, otherwise
 * at the end.
 */
function afterRejections(callback: () => void): void {
  const { execution } = control;
  const isDue = execution !== undefined && (execution.mayHaveEnded || execution.isAtLimit || execution.settings.order === "production");
  if (!isDue) {
    callback();
    return;
  }
  control.leave();
  nextTurn(() => {
    if (execution === control.execution) control.enter();
    callback();
  });
}

/** Whether a step is settled without anything else's having run meanwhile. */
export function settlesAtOnce(): boolean {
  return drainsAtOnce === true;
}

/** Calls back from a macrotask with nothing else on the stack, once the host knows how it can settle. */
export function fromMacrotask(callback: () => void): void {
  nextTurn(() => {
    lookAgain();
    drainsAtOnce ??= environment()["HEDDLE_DRAIN"] !== "turns" && tryDraining();
    callback();
  });
}

/** The real host of an execution: see `Host`. */
export class RuntimeHost implements Host {
  /** Steps that this host has settled. */
  steps: number = 0;

  settle(resume: () => void): boolean {
    this.steps += 1;
    if (drainsAtOnce === true) {
      tickCallback!.call(process);
      return true;
    }
    lookAgain();
    settleByRounds(() => afterRejections(resume));
    return false;
  }

  waitForOutside(idle: boolean, resume: () => void): boolean {
    if (idle !== true && isQuietOutside() === true) return true;
    lookAgain();
    return waitForOutside(control.execution as Execution, idle, resume);
  }
}
