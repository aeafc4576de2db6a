import { emptyList } from "../../engine/lists.ts";
import { turnSoon } from "../pacing.ts";

/** A port, as an execution leaves it. */
export interface LeftPort {
  /** Whether it keeps the process alive though nothing from outside the thread can come through it. */
  readonly isOnlyLocal: boolean;
  /** Looks for what another thread has told it. */
  poll(): void;
  /** The execution is over. */
  leave(isFinished: boolean): void;
  /** No execution has used it since that in which it was made. */
  end(): void;
}

/** The ports that the execution of now has to do with. */
export const touchedPorts: LeftPort[] = emptyList();
/** Ports that were made in the execution before, and that this one has not used. */
export const agedPorts: Set<LeftPort> = new Set();

/** How many of the process's open ports can be sent nothing from elsewhere. */
export function countLocalPorts(): number {
  let count = 0;
  for (const port of touchedPorts) if (port.isOnlyLocal) count += 1;
  return count;
}

/** While the execution waits for other threads: looks for what came to its ports, of which nothing is told. */
export function pollPorts(): void {
  for (const port of touchedPorts) port.poll();
}

/** Ports are closed by the event loop: until it turns, the memory of each is kept. So many may wait for it. */
const MOST_CLOSING = 100;
let closing = 0;

/**
 * At the end of an execution. A module may keep a channel that the body was the first to need: a port stays open for
 * one more execution, and for ever if that uses it too. All others are closed, or each execution would leave some.
 */
export function endPorts(isFinished: boolean): void {
  if (touchedPorts.length === 0 && agedPorts.size === 0) return;
  closing += touchedPorts.length;
  if (closing >= MOST_CLOSING) {
    closing = 0;
    turnSoon();
  }
  for (const port of agedPorts) port.end();
  agedPorts.clear();
  for (const port of touchedPorts) port.leave(isFinished);
  touchedPorts.length = 0;
}
