/**
 * Which calls of real I/O meet others: what they do to the world is seen, or undone, by something that is done while they
 * are under way. It is learnt from the executions of an exploration, and a search goes by it: the requests of a call that
 * meets nothing run as soon as they can, as nobody could tell the difference (see `PendingEvent.isIndependent`).
 *
 * That leaves nothing out. When the end of such a call is told is searched all the same, as late as any I/O may be; so
 * if anything can come between the call and its end, some execution has it there. Then the call is known to meet
 * something, and the search that relied on the contrary begins anew.
 *
 * Calls are named alike in all executions. One that was not seen when the search began is taken to meet others.
 */
export class Meetings {
  private readonly seen: Set<string> = new Set();
  private readonly met: Set<string> = new Set();
  /** What the search goes by. */
  private independent: ReadonlySet<string> = new Set();
  /** What operations have touched in the executions so far, by names that hold across executions. */
  readonly names: Set<string> = new Set();
  private renewals = 0;
  /** Whether a call that the search took to meet nothing has met something. */
  isBroken: boolean = false;

  see(call: string): void {
    this.seen.add(call);
  }

  meet(call: string): void {
    this.met.add(call);
    if (this.independent.has(call)) this.isBroken = true;
  }

  isIndependent(call: string): boolean {
    return this.independent.has(call);
  }

  /** From now on the search goes by all that is known. False where that makes no difference to it. */
  renew(): boolean {
    const before = this.independent;
    this.renewals += 1;
    this.isBroken = false;
    this.independent = this.renewals > MOST_RENEWALS ? new Set() : new Set([...this.seen].filter((call) => !this.met.has(call)));
    return before.size !== this.independent.size || [...before].some((call) => !this.independent.has(call));
  }
}

/** Searches that begin anew; what still meets something unexpected then is searched without relying on anything. */
const MOST_RENEWALS = 20;
