import type { Dependency } from "./transactions.ts";

type Follows = (last: Dependency, next: Dependency) => boolean;

const always: Follows = () => true;

/** Who depends on whom. */
export class DependencyGraph {
  private readonly outgoing: Map<number, Dependency[]> = new Map();
  private readonly all: readonly Dependency[];

  constructor(dependencies: readonly Dependency[]) {
    this.all = dependencies;
    for (const dependency of dependencies) {
      const from = this.outgoing.get(dependency.from);
      if (from === undefined) {
        this.outgoing.set(dependency.from, [dependency]);
      } else {
        from.push(dependency);
      }
    }
  }

  /**
   * The shortest cycle, or `undefined`.
   *
   * @param begins which dependency it begins with
   * @param goesOn which dependencies it consists of besides
   * @param follows which dependency may come after which, all the way round
   */
  shortestCycle(begins: (first: Dependency) => boolean, goesOn: (next: Dependency) => boolean, follows: Follows = always): Dependency[] | undefined {
    let best: Dependency[] | undefined;
    for (const first of this.all) {
      if (begins(first)) {
        const cycle = this.close(first, goesOn, follows, best?.length ?? Number.POSITIVE_INFINITY);
        best = cycle ?? best;
      }
    }
    return best;
  }

  /** A shortest way back to where a dependency comes from, if it gives a cycle shorter than `bound`. Breadth first. */
  private close(first: Dependency, goesOn: (next: Dependency) => boolean, follows: Follows, bound: number): Dependency[] | undefined {
    // What may follow hangs on the type of the last dependency alone, so a place is a transaction and a type.
    const seen = new Set<string>();
    let ways: Dependency[][] = [[first]];
    for (let length = 1; ways.length > 0 && length < bound; length += 1) {
      const longer: Dependency[][] = [];
      for (const way of ways) {
        const last = way.at(-1)!;
        if (last.to === first.from && follows(last, first)) {
          return way;
        }
        for (const next of this.outgoing.get(last.to) ?? []) {
          const place = `${next.to} ${next.type}`;
          if (goesOn(next) && follows(last, next) && !seen.has(place)) {
            seen.add(place);
            longer.push([...way, next]);
          }
        }
      }
      ways = longer;
    }
    return undefined;
  }

  /** The transactions in an order that keeps every dependency; there is one if there is no cycle. */
  order(transactions: readonly number[]): number[] {
    const missing = new Map(transactions.map((at) => [at, 0]));
    for (const { to } of this.all) {
      missing.set(to, (missing.get(to) ?? 0) + 1);
    }
    const free = transactions.filter((at) => missing.get(at) === 0);
    const order: number[] = [];
    for (let next = free.shift(); next !== undefined; next = free.shift()) {
      order.push(next);
      for (const { to } of this.outgoing.get(next) ?? []) {
        missing.set(to, missing.get(to)! - 1);
        if (missing.get(to) === 0) {
          free.push(to);
        }
      }
    }
    return order;
  }
}
