/** Makes all executions of a search, those that fail as well, and counts them. */
import type { Body } from "heddle";
import { Meetings } from "../../src/engine/meetings.ts";
import type { Outcome } from "../../src/engine/outcome.ts";
import type { ExecutionRequest, Plan } from "../../src/engine/plan.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { holdThread, Session, type SessionSettings } from "../../src/harness/session.ts";
import { Sightings } from "../../src/subjects/sightings.ts";

export interface Counted {
  readonly runs: number;
  readonly traces: number;
  readonly repeated: number;
  readonly buggy: number;
  readonly isComplete: boolean;
}

/** Counts what executions come to, until the strategy has no more to try. */
export class TraceCounter {
  private readonly strategy: Strategy;
  private readonly most: number;
  private readonly failing: Set<number> = new Set();
  private runs = 0;
  private isComplete = false;

  constructor(strategy: Strategy, most: number) {
    this.strategy = strategy;
    this.most = most;
  }

  /** Whether there is another execution to make. */
  begin(): boolean {
    this.isComplete = this.runs < this.most && this.strategy.begin?.(this.runs) === false;
    return !this.isComplete && this.runs < this.most;
  }

  end({ failure, diverged }: Outcome): void {
    if (diverged !== undefined) throw diverged;
    this.runs += 1;
    // What is given up as a repetition counts for nothing.
    if (failure !== undefined) this.failing.add(this.strategy.reduction?.orders ?? this.runs);
  }

  get counted(): Counted {
    const { runs, isComplete } = this;
    const { orders: traces, repeated } = this.strategy.reduction ?? { orders: runs, repeated: 0 };
    return { runs, traces, repeated, buggy: this.failing.size, isComplete };
  }
}

function* all(strategy: Strategy, counter: TraceCounter, onOutcome?: (outcome: Outcome) => void): Plan<Counted> {
  while (counter.begin()) {
    const request: ExecutionRequest = { strategy, order: "latency", isSearch: true };
    const outcome = yield request;
    counter.end(outcome);
    onOutcome?.(outcome);
  }
  return counter.counted;
}

/** The traces of a real body under `latency`. */
export async function countTraces(body: Body, strategy: Strategy, most: number, onOutcome?: (outcome: Outcome) => void): Promise<Counted> {
  const release = holdThread();
  try {
    const settings: SessionSettings = {
      body,
      scope: "all",
      latencyMs: 100,
      maxSteps: 10_000,
      timeMs: Number.POSITIVE_INFINITY,
      randomSeed: "count",
      sightings: new Sightings(),
      leaks: "ignore",
      faults: [],
      maxFaults: 0,
      meetings: strategy.usesProvenance === true ? new Meetings() : undefined,
    };
    return await new Session(settings).run(all(strategy, new TraceCounter(strategy, most), onOutcome));
  } finally {
    release();
  }
}
