import type { PendingEvent } from "../../engine/event.ts";
import { control, subscribe } from "../control.ts";
import { nodeProcess } from "../natives.ts";
import type { Step } from "./step.ts";

/** An operation, as those see it who have its steps go wrong. */
export interface FaultyOperation {
  readonly name: string;
  /**
   * A step fails.
   * @param acts - what it asks for is done all the same; only the answer is the error.
   */
  fail(request: PendingEvent, error: Error, acts: boolean): void;
  /** A write is cut short. */
  shorten(request: PendingEvent): void;
}

/** What may go wrong with real operations: told of each step when it is asked for, and when it runs. */
export interface OperationFaults {
  /**
   * Before something is told of a connection, that may break.
   * @param names - of what is told; a pattern that fits any of them means it.
   * @param breakOff - ends the connection with an error of that code, in place of what was to be told.
   */
  offerReset(names: readonly string[], told: PendingEvent, breakOff: (code: string) => void): void;
  offer(operation: FaultyOperation, request: PendingEvent, step: Step): void;
  withdraw(request: PendingEvent): void;
}

let offered: OperationFaults | undefined;

/** From now on the steps of the execution's operations, and its connections, may go wrong; or they may not. */
export function offerFaults(faults: OperationFaults | undefined): void {
  offered = faults;
}

/** What may go wrong in this execution, if it asks for that. */
export function currentFaults(): OperationFaults | undefined {
  return offered;
}

/** An error as the runtime gives it for a system call that has failed. */
export function systemError(code: string, { label, path }: Pick<Step, "label" | "path">): Error {
  const util = nodeProcess.getBuiltinModule?.("node:util") as { getSystemErrorMap?: () => Map<number, [name: string, text: string]> } | undefined;
  const known = [...(util?.getSystemErrorMap?.() ?? [])].find(([, [name]]) => name === code);
  const [errno, text] = known === undefined ? [undefined, "failed"] : [known[0], known[1][1]];
  const syscall = label.slice(label.indexOf(".") + 1).toLowerCase();
  const error = new Error(`${code}: ${text}, ${syscall}${path === undefined ? "" : ` '${path}'`}`);
  return Object.assign(error, { errno, code, syscall, ...(path === undefined ? {} : { path }) });
}

/** An answer is lost: nothing more comes over its connection, which would else stay open for it. */
export function discard(answer: unknown): void {
  const { body } = (answer ?? {}) as { readonly body?: ReadableStream | null };
  if (body === undefined || body === null || typeof body.cancel !== "function") return;
  control.outside(() => subscribe(body.cancel(), () => undefined, () => undefined));
}

/** An error as `fetch`, or a body that is read, gives it. */
export function brokenOff(name: string, code: string): Error {
  return new TypeError(name === "fetch" ? "fetch failed" : "terminated", { cause: systemError(code, { label: "net.read" }) });
}
