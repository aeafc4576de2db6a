import type { Body } from "heddle";

/** A package used concurrently as its README says. */
export interface Scenario {
  /** The package's name in `node_modules`. */
  readonly package: string;
  /** What the README promises, in its own words or nearly. */
  readonly promise: string;
  /** Throws where the promise is not kept. */
  readonly kept: Body;
  /** Why it is blamed under `latency`, where it is: what there hangs on awaits that take no time. */
  readonly underLatency?: string;
  /** The same with one thing wrong, so that the promise cannot be kept: that `kept` passes means something. */
  readonly broken: Body;
}

/** How many are inside at once, now and at most. */
export class Occupancy {
  now = 0;
  most = 0;

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.now++;
    this.most = Math.max(this.most, this.now);
    try {
      return await work();
    } finally {
      this.now--;
    }
  }
}
