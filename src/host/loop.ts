import type { Execution } from "../engine/execution.ts";
import type { Host } from "../engine/host.ts";
import { control } from "./control.ts";
import { natives, nextTurn, nodeProcess, realNow } from "./natives.ts";
import { waitForOutside } from "./outside.ts";
import { hostPatches } from "./patches.ts";

/** How long executions may keep the thread before the event loop turns: the runner, Ctrl-C and I/O need it. */
const SLICE_MS = 25;

/**
 * Whether `process._tickCallback()` drains ticks and microtasks from a macrotask, as it does in Node (deprecated, and
 * present through 26): settling then needs no turn of the queue, which makes a search up to twice as fast. Tried
 * once in a macrotask of its own; everything works without it.
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

/** How to know that no microtask is left, where draining at once is not to be had. */
function afterMicrotasks(callback: () => void): void {
  if (natives.nextTick !== undefined && ticksComeLast === true) {
    natives.queueMicrotask.call(globalThis, () => natives.nextTick!.call(nodeProcess, callback));
  } else {
    nextTurn(callback);
  }
}

/** Whether a tick that is set from a microtask runs after all microtasks: true in Node, tried elsewhere. */
let ticksComeLast: boolean | undefined;

function tryTicks(done: () => void): void {
  if (natives.nextTick === undefined) {
    ticksComeLast = false;
    done();
    return;
  }
  let hops = 0;
  const hop = (): void => {
    hops += 1;
    if (hops < 50) natives.queueMicrotask.call(globalThis, hop);
  };
  natives.queueMicrotask.call(globalThis, () => {
    natives.nextTick!.call(nodeProcess, () => {
      ticksComeLast = hops === 50;
      done();
    });
    hop();
  });
}

/** Calls back from a macrotask with nothing else on the stack, once the host knows how it can settle. */
export function fromMacrotask(callback: () => void): void {
  nextTurn(() => {
    drainsAtOnce ??= nodeProcess.env?.["HEDDLE_DRAIN"] === "turns" ? false : tryDraining();
    if (drainsAtOnce || ticksComeLast !== undefined) {
      callback();
    } else {
      tryTicks(() => nextTurn(callback));
    }
  });
}

let sliceEnd = 0;

/** Between executions: lets the event loop turn now and then. */
export function mayGoOn(resume: () => void): boolean {
  const now = realNow();
  if (sliceEnd === 0) sliceEnd = now + SLICE_MS;
  if (now < sliceEnd) return true;
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
    afterMicrotasks(resume);
    return false;
  }

  waitForOutside(idle: boolean, resume: () => void): boolean {
    return waitForOutside(control.execution as Execution, idle, resume);
  }
}
