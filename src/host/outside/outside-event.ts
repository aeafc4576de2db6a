import { PendingEvent } from "../../engine/event.ts";
import type { AsyncContext } from "../context.ts";

/** What has happened outside: the completion of a real operation, or something delivered. */
export class OutsideEvent extends PendingEvent {
  context: AsyncContext | undefined;
  finish: () => void = () => undefined;
  /** Told when it can run. */
  whenReady: (() => void) | undefined;

  override claim(): void {
    if (this.index !== 0) return;
    super.claim();
    this.whenReady?.();
  }

  override run(): void {
    if (this.context === undefined) this.finish();
    else this.context.runInAsyncScope(this.finish);
  }
}

/** Names of operations that were still under way when a wait for them was given up, or that cannot be ordered. */
export const uncontrolled: Set<string> = new Set();
