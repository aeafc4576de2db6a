import { natives, nodeProcess } from "../../host/natives.ts";

/** Real ms without anything under way after which a wait is taken for a deadlock. */
const PATIENCE_MS = 1000;
/** The same, once one run of the property was seen to be stuck: shrinking would take a second for each run. */
const SHORT_PATIENCE_MS = 50;
/** Looks at what is under way, within that time. */
const LOOKS = 5;

/** How long the waits of one property are patient. */
export class Patience {
  private hasBeenStuck = false;

  get ms(): number {
    return this.hasBeenStuck ? SHORT_PATIENCE_MS : PATIENCE_MS;
  }

  stuck(): void {
    this.hasBeenStuck = true;
  }
}

/** A wait that can never end. */
export class DeadlockError extends Error {
  override readonly name: string = "DeadlockError";
}

/**
 * What a process or thread has for its own talk, as many as there were before the run. Anything else is under way, whoever
 * began it: counts cannot tell a timer of the run's from one of the runner's that has fired since.
 */
const INERT: ReadonlySet<string> = new Set(["PipeWrap", "TTYWrap", "MessagePort"]);

/** Timers of the stalls themselves. */
let ownTimers = 0;

/** Watches one wait: ends it with a `DeadlockError` once nothing can settle what it waits for. */
export class Stall {
  /** What was under way before the run: it belongs to others. `undefined` where that cannot be known. */
  readonly baseline: ReadonlyMap<string, number> | undefined;
  private readonly patience: Patience;
  /** Of the call, for its stack. */
  private readonly error: DeadlockError = new DeadlockError();

  constructor(baseline: ReadonlyMap<string, number> | undefined, patience: Patience) {
    this.baseline = baseline;
    this.patience = patience;
  }

  /** Counts by kind what keeps the event loop alive. */
  static underWay(): ReadonlyMap<string, number> | undefined {
    const resources = nodeProcess.getActiveResourcesInfo?.();
    if (resources === undefined) return undefined;
    const counts = new Map<string, number>();
    for (const resource of resources) counts.set(resource, (counts.get(resource) ?? 0) + 1);
    counts.set("Timeout", (counts.get("Timeout") ?? 0) - ownTimers);
    return counts;
  }

  /**
   * Waits for `change`.
   * @param describe - asked once nothing moves any more; `undefined` where the wait needs nothing more.
   * @throws DeadlockError
   */
  async watch(change: Promise<unknown>, describe: () => string | undefined): Promise<void> {
    let giveUp = (): void => undefined;
    const stuck = new Promise<true>((resolve) => {
      giveUp = () => resolve(true);
    });
    const stop = this.lookNowAndThen(giveUp);
    try {
      const isStuck = (await Promise.race([change.then(() => false), stuck])) === true;
      const text = isStuck ? describe() : undefined;
      if (text !== undefined) throw this.failure(text);
    } finally {
      stop();
    }
  }

  private failure(text: string): DeadlockError {
    const { error } = this;
    this.patience.stuck();
    error.message = text;
    error.stack = `DeadlockError: ${text}\n${(error.stack ?? "").split("\n").slice(1).join("\n")}`;
    return error;
  }

  /** @returns what ends it. */
  private lookNowAndThen(giveUp: () => void): () => void {
    let looks = 0;
    let timer: unknown;
    const arm = (): void => {
      ownTimers += 1;
      timer = natives.setTimeout(look, this.patience.ms / LOOKS);
    };
    const look = (): void => {
      looks = this.isAnythingUnderWay() ? 0 : looks + 1;
      // Not before: Node counts a timer until its callback has returned.
      ownTimers -= 1;
      timer = undefined;
      if (looks >= LOOKS) giveUp();
      else arm();
    };
    arm();
    return () => {
      if (timer === undefined) return;
      ownTimers -= 1;
      natives.clearTimeout(timer as never);
    };
  }

  private isAnythingUnderWay(): boolean {
    const { baseline } = this;
    const now = Stall.underWay();
    if (baseline === undefined || now === undefined) return true;
    return [...now].some(([kind, count]) => count > (INERT.has(kind) ? (baseline.get(kind) ?? 0) : 0));
  }
}
