import { HeddleError } from "../engine/errors.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import { Partition, WHOLE, type Shard } from "./shard.ts";

/** A decision on the path from the root of the tree of schedules to where the search stands. */
interface Branch {
  index: number;
  readonly count: number;
  /** What the search has of each child, where it shares this node with others; all is its own where it doesn't. */
  readonly shares: readonly (Shard | undefined)[] | undefined;
}

/**
 * Depth-first search of the tree of decisions: every legal schedule once, FIFO first. No reduction: two schedules
 * that differ in the order of independent events only are both tried.
 * @param bound - the most decisions in one schedule that are not FIFO.
 * @param shard - the part of the tree that is searched. Every part runs FIFO first.
 */
export function exhaustive(bound: number, shard: Shard = WHOLE): Strategy {
  if (!(bound >= 0)) throw new HeddleError("BAD_OPTION", "`bound` must be a whole number from 0");
  return new Exhaustive(bound, shard);
}

class Exhaustive implements Strategy {
  readonly name = "exhaustive";
  readonly exhaustive = true;
  private readonly bound: number;
  private readonly shard: Shard;
  private readonly partition: Partition | undefined = undefined;
  /** There only where it is needed: being told of every step costs. */
  readonly ran?: (event: PendingEvent) => void;
  private readonly path: Branch[] = [];
  private isFirst = true;
  /** What the search has of the subtree in which the execution under way stands. */
  private share: Shard = WHOLE;
  private depth = 0;
  private deviated = 0;
  private chance = 1;
  private leaves = 0;
  private chances = 0;

  constructor(bound: number, shard: Shard) {
    this.bound = bound;
    this.shard = shard;
    if (shard.count === 1) return;
    const partition = new Partition();
    this.partition = partition;
    this.ran = (event) => partition.ran(event, this.isFirst);
  }

  get covers(): string {
    const { bound } = this;
    return bound === Number.POSITIVE_INFINITY ? "interleavings" : `interleavings with at most ${bound} decision${bound === 1 ? "" : "s"} that ${bound === 1 ? "is" : "are"} not FIFO`;
  }

  /**
   * The leaves seen, divided by the sum of the chances of a random walk to come to each: the weighted backtrack
   * estimator of Kilby, Slaney, Thiébaux and Walsh (AAAI 2006), which takes the tree to go on as it has begun.
   */
  get estimate(): number | undefined {
    return this.leaves === 0 ? undefined : this.leaves / this.chances;
  }

  begin(run: number): boolean {
    const { path, partition } = this;
    this.isFirst = run === 0;
    [this.chance, this.deviated, this.depth] = [1, 0, 0];
    this.share = this.isFirst ? WHOLE : this.shard;
    partition?.begin();
    if (run === 0) {
      partition?.reset();
      path.length = 0;
      [this.leaves, this.chances] = [0, 0];
      return true;
    }
    if (run === 1 && partition !== undefined) {
      path.length = 0;
      return true;
    }
    return this.backtrack();
  }

  pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    const branch = this.path[this.depth] ?? this.extend(legal);
    this.depth += 1;
    if (branch.count !== legal.length) {
      throw new HeddleError(
        "REPLAY_DIVERGED",
        `the body is not deterministic: at decision ${decision} there were ${branch.count} legal events, and now ${legal.length}. Look for state that is kept between executions, real time, or unseeded randomness`,
      );
    }
    if (branch.shares !== undefined) this.share = branch.shares[branch.index] ?? WHOLE;
    if (this.deviated < this.bound) this.chance /= legal.length;
    if (branch.index > 0) this.deviated += 1;
    return legal[branch.index]!;
  }

  end(): void {
    this.leaves += 1;
    this.chances += this.chance;
  }

  /** A node that the search comes to for the first time: it goes to the first child that it has a share of. */
  private extend(legal: readonly PendingEvent[]): Branch {
    const { share, partition } = this;
    const mayDeviate = this.deviated < this.bound;
    const shares = share.count === 1 || !mayDeviate ? undefined : partition!.split(share, legal);
    // Where it has none it is in another part's subtree: there is but one such path to a part.
    const index = Math.max(0, shares?.findIndex((one) => one !== undefined) ?? 0);
    const branch = { index, count: legal.length, shares };
    this.path.push(branch);
    return branch;
  }

  /** Moves to the next leaf; false where there is none. */
  private backtrack(): boolean {
    const { path } = this;
    let spent = path.reduce((sum, { index }) => sum + (index > 0 ? 1 : 0), 0);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const isAffordable = last.index > 0 || spent < this.bound;
      const next = isAffordable ? nextOf(last) : undefined;
      if (next !== undefined) {
        last.index = next;
        return true;
      }
      if (last.index > 0) spent -= 1;
      path.pop();
    }
    return false;
  }
}

function nextOf({ index, count, shares }: Branch): number | undefined {
  for (let next = index + 1; next < count; next += 1) if (shares === undefined || shares[next] !== undefined) return next;
  return undefined;
}
