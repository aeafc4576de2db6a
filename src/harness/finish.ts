/**
 * Where the workers of an exploration end, in memory that they share: the earliest failure that any of them has found.
 * "Earlier" is a matter of execution numbers and never of time, so the same failure wins however fast each of them is:
 * nobody stops before it has made all executions that come before the winner.
 */
export class Finish {
  private readonly places: BigInt64Array;
  private readonly worker: number;
  private runs = 0;

  /** @param worker - whose view it is, from 0. */
  constructor(memory: SharedArrayBuffer, worker: number) {
    this.places = new BigInt64Array(memory);
    this.worker = worker;
  }

  static memory(workers: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(8 * (1 + workers));
    new BigInt64Array(memory)[0] = NOWHERE;
    return memory;
  }

  /** Whether this worker's next execution, or what it has found in its last, comes behind the end. */
  isBehind(isSearching: boolean): boolean {
    return this.place(isSearching ? this.runs + 1 : this.runs) > Atomics.load(this.places, 0);
  }

  /** It has made so many executions. */
  made(runs: number): void {
    this.runs = runs;
    Atomics.store(this.places, 1 + this.worker, BigInt(runs));
  }

  /** Execution number `run` of this worker failed, for certain. */
  failed(run: number): void {
    const place = this.place(run);
    for (let end = Atomics.load(this.places, 0); place < end; ) {
      const seen = Atomics.compareExchange(this.places, 0, end, place);
      if (seen === end) return;
      end = seen;
    }
  }

  /** Everybody stops as soon as they can. */
  stop(): void {
    Atomics.store(this.places, 0, -1n);
  }

  /** The executions of all workers so far. */
  get total(): number {
    let sum = 0;
    for (let at = 1; at < this.places.length; at += 1) sum += Number(Atomics.load(this.places, at));
    return sum;
  }

  /** The executions of one worker so far. */
  madeBy(worker: number): number {
    return Number(Atomics.load(this.places, 1 + worker));
  }

  private get workers(): number {
    return this.places.length - 1;
  }

  /** Executions of all workers in one row: the first of each, then the second of each. */
  private place(run: number): bigint {
    return BigInt(run - 1) * BigInt(this.workers) + BigInt(this.worker);
  }
}

const NOWHERE = 2n ** 62n;
