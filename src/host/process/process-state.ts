/**
 * What an execution changes of its process and the next one would find: listeners, and the exit code. It is put back
 * after each. `process.env` and the working directory are left alone: a module that is loaded in the first execution
 * sets there what the later ones need.
 */
import { control } from "../control.ts";
import { nodeProcess } from "../natives.ts";
import { isCalledByProgram } from "../stack.ts";

type Listener = (() => void) & { readonly listener?: Listener };
type Change = readonly [name: string, listener: Listener];

let added: Change[] = [];
let removed: Change[] = [];
/** Who listened to what before the body did anything, as the process keeps them: `once` is a wrapper around a listener. */
let before: Map<string, readonly Listener[]> = new Map();
/** Whether others than the body have changed something since. */
let isOutdated = true;
let exitCode: unknown;

/** Whether the body is what changes a listener now. */
function isBodys(): boolean {
  const { on, once } = nodeProcess;
  if (control.inside) return true;
  return control.waiting && ((on !== undefined && isCalledByProgram(on)) || (once !== undefined && isCalledByProgram(once)));
}

function onAdded(name: string, listener: Listener): void {
  if (isBodys()) added.push([name, bare(listener)]);
  else isOutdated = true;
}

function onRemoved(name: string, listener: Listener): void {
  if (!isBodys()) {
    isOutdated = true;
    return;
  }
  const at = added.findLastIndex((change) => change[0] === name && change[1] === bare(listener));
  if (at >= 0) added.splice(at, 1);
  else removed.push([name, bare(listener)]);
}

/** A listener without the wrapper of `once`: Node tells of it now with, now without. */
export function bare<Own extends { readonly listener?: Own }>(listener: Own): Own {
  return typeof listener?.listener === "function" ? listener.listener : listener;
}

/** For as long as an exploration runs. */
export function watchProcess(watches: boolean): void {
  isOutdated = true;
  const change = watches ? nodeProcess.on : nodeProcess.off;
  change?.call(nodeProcess, "newListener", onAdded as Listener);
  change?.call(nodeProcess, "removeListener", onRemoved as Listener);
}

/** An execution begins, or somebody else had the thread for a while: from here on what changes is the body's. */
export function noteProcess(): void {
  exitCode = nodeProcess.exitCode;
  if (isOutdated && added.length === 0 && removed.length === 0) {
    before = new Map(nodeProcess.eventNames?.().map((name) => [name, listenersOf(name)]));
    isOutdated = false;
  }
}

function listenersOf(name: string): readonly Listener[] {
  return (nodeProcess.rawListeners?.(name) ?? []) as readonly Listener[];
}

/** Somebody else gets the thread. What was changed so far is the body's. */
export function restoreExitCode(): void {
  if (nodeProcess.exitCode !== exitCode) nodeProcess.exitCode = exitCode as number;
}

/** Between executions. */
export function restoreProcess(): void {
  restoreExitCode();
  if (added.length === 0 && removed.length === 0) return;
  if (!listenersOf("removeListener").includes(onRemoved as Listener)) return restoreAll();
  const [ofBody, ofOthers] = [added, removed];
  [added, removed] = [[], []];
  const wasOutdated = isOutdated;
  for (const name of new Set([...ofBody, ...ofOthers].map((change) => change[0]))) {
    setListeners(name, withoutBody(name, listenersTo(name, ofBody), listenersTo(name, ofOthers)));
  }
  isOutdated = wasOutdated;
}

/** The body has taken off all listeners of all events, heddle's among them: what it did from then on was not seen. */
function restoreAll(): void {
  [added, removed] = [[], []];
  for (const name of [...before.keys(), ...(nodeProcess.eventNames?.() ?? [])]) setListeners(name, before.get(name) ?? []);
}

function listenersTo(name: string, changes: readonly Change[]): Listener[] {
  return changes.filter((change) => change[0] === name).map((change) => change[1]);
}

/** Who would listen now, had the body not been there: in the order that there was, and others behind them. */
function withoutBody(name: string, ofBody: Listener[], ofOthers: Listener[]): readonly Listener[] {
  const left = [...listenersOf(name)];
  for (const listener of ofBody) {
    const at = left.findLastIndex((one) => bare(one) === listener);
    if (at >= 0) left.splice(at, 1);
  }
  const kept = (before.get(name) ?? []).filter((listener) => takeFrom(left, listener) || takeFrom(ofOthers, bare(listener)));
  return [...kept, ...left];
}

function takeFrom(list: Listener[], listener: Listener): boolean {
  const at = list.indexOf(listener);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** What stands alike at the head of both lists is left alone. A listener of `once` that has come is given a new wrapper. */
function setListeners(name: string, wanted: readonly Listener[]): void {
  const listeners = listenersOf(name);
  let alike = 0;
  while (alike < wanted.length && wanted[alike] === listeners[alike]) alike += 1;
  for (const listener of listeners.slice(alike).reverse()) nodeProcess.off?.(name, listener);
  for (const listener of wanted.slice(alike)) {
    if (listener.listener === undefined) nodeProcess.on?.(name, listener);
    else nodeProcess.once?.(name, bare(listener));
  }
  before.set(name, listenersOf(name));
}
