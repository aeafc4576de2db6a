import type { Execution } from "../engine/execution.ts";
import type { Host } from "../engine/host.ts";
import { writeConsole } from "./console.ts";
import { control } from "./control.ts";
import { natives, nextTurn, nodeProcess, realNow } from "./natives.ts";
import { waitForOutside } from "./outside.ts";
import { hostPatches } from "./patches.ts";

/** How long executions may keep the thread before the event loop turns: the runner, Ctrl-C and I/O need it. */
const SLICE_MS = 25;

/**
 * Whether `process._tickCallback()` drains ticks and microtasks from a macrotask, as it does in Node (deprecated, and
 * present through 26): settling then needs no turn of the event loop, which makes a search several times as fast.
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

/** Calls back from a macrotask with nothing else on the stack, once the host knows how it can settle. */
export function fromMacrotask(callback: () => void): void {
  nextTurn(() => {
    drainsAtOnce ??= nodeProcess.env?.["HEDDLE_DRAIN"] !== "turns" && tryDraining();
    callback();
  });
}

let sliceEnd = 0;

/** Between executions: lets the event loop turn now and then. */
export function mayGoOn(resume: () => void): boolean {
  const now = realNow();
  if (sliceEnd === 0) sliceEnd = now + SLICE_MS;
  // What the body printed goes out in a turn of its own, and not in the next execution's first step.
  if (!writeConsole() && now < sliceEnd) return true;
  sliceEnd = 0;
  nextTurn(() => {
    hostPatches.reinstate();
    resume();
  });
  return false;
}

/** The real host of an execution: see `Host`. */
export class RuntimeHost implements Host {
  /** Steps that this host has settled. */
  steps: number = 0;

  settle(resume: () => void): boolean {
    this.steps += 1;
    if (drainsAtOnce === true) {
      natives.tickCallback!.call(nodeProcess);
      return true;
    }
    // A whole turn of the event loop: ticks, microtasks and the look at unhandled rejections are all behind it.
    nextTurn(resume);
    return false;
  }

  waitForOutside(idle: boolean, resume: () => void): boolean {
    return waitForOutside(control.execution as Execution, idle, resume);
  }
}
