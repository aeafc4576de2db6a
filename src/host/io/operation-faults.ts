import type { PendingEvent } from "../../engine/event.ts";
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
  offer(operation: FaultyOperation, request: PendingEvent, step: Step): void;
  withdraw(request: PendingEvent): void;
}

/** An error as the runtime gives it for a system call that has failed. */
export function systemError(code: string, { label, path }: Step): Error {
  const util = nodeProcess.getBuiltinModule?.("node:util") as { getSystemErrorMap?: () => Map<number, [name: string, text: string]> } | undefined;
  const known = [...(util?.getSystemErrorMap?.() ?? [])].find(([, [name]]) => name === code);
  const [errno, text] = known === undefined ? [undefined, "failed"] : [known[0], known[1][1]];
  const syscall = label.slice(label.indexOf(".") + 1).toLowerCase();
  const error = new Error(`${code}: ${text}, ${syscall}${path === undefined ? "" : ` '${path}'`}`);
  return Object.assign(error, { errno, code, syscall, ...(path === undefined ? {} : { path }) });
}
