import { open } from "node:inspector";
import type { PendingEvent } from "../../engine/event.ts";

/** Opens the inspector on this machine's own address, and waits until a debugger has come. */
export function waitForDebugger(port: number): void {
  open(port, "127.0.0.1", true);
}

/** Stops in the debugger: what it shows is what goes first now, and what plain JavaScript would have run. */
export function stopBeforeDeviation(event: PendingEvent, instead: PendingEvent): void {
  const goesFirst = event.describe();
  const inPlainJavaScript = instead.describe();
  // oxlint-disable-next-line no-debugger -- what it was called for.
  debugger;
  // Else they would be optimised away before anybody has seen them.
  void [goesFirst, inPlainJavaScript];
}
