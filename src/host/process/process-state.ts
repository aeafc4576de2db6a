/**
 * What an execution changes of its process and the next one would find: listeners, and the exit code. It is put back
 * after each. `process.env` and the working directory are left alone: a module that is loaded in the first execution
 * sets there what the later ones need.
 */
import { control } from "../control.ts";
import { nodeProcess } from "../natives.ts";
import { isCalledByProgram } from "../stack.ts";

type Listener = () => void;
type Change = readonly [name: string, listener: Listener];

let added: Change[] = [];
let removed: Change[] = [];
let exitCode: unknown;

/** Whether the body is what changes a listener now. */
function isBodys(): boolean {
  const { on, once } = nodeProcess;
  if (control.inside) return true;
  return control.waiting && ((on !== undefined && isCalledByProgram(on)) || (once !== undefined && isCalledByProgram(once)));
}

function onAdded(name: string, listener: Listener): void {
  if (isBodys()) added.push([name, listener]);
}

function onRemoved(name: string, listener: Listener): void {
  if (!isBodys()) return;
  const at = added.findLastIndex((change) => change[0] === name && change[1] === listener);
  if (at >= 0) added.splice(at, 1);
  else removed.push([name, listener]);
}

/** For as long as an exploration runs. */
export function watchProcess(watches: boolean): void {
  const change = watches ? nodeProcess.on : nodeProcess.off;
  change?.call(nodeProcess, "newListener", onAdded as Listener);
  change?.call(nodeProcess, "removeListener", onRemoved as Listener);
}

/** An execution begins, or somebody else had the thread for a while: from here on the exit code is the body's. */
export function noteExitCode(): void {
  exitCode = nodeProcess.exitCode;
}

/** Somebody else gets the thread. What was changed so far is the body's. */
export function restoreExitCode(): void {
  if (nodeProcess.exitCode !== exitCode) nodeProcess.exitCode = exitCode as number;
}

/** Between executions. */
export function restoreProcess(): void {
  restoreExitCode();
  if (added.length === 0 && removed.length === 0) return;
  const [ofBody, ofOthers] = [added, removed];
  [added, removed] = [[], []];
  for (const [name, listener] of ofBody) nodeProcess.off?.(name, listener);
  for (const [name, listener] of ofOthers) nodeProcess.on?.(name, listener);
}
