/** Programs that are forests: each event causes its children. The number of their orders is known (Knuth 5.1.4). */
import fc from "fast-check";
import { PendingEvent, type Task } from "../../src/engine/event.ts";
import type { Execution } from "../../src/engine/execution.ts";
import type { Program } from "../../src/engine/host.ts";

export interface Tree {
  readonly children: readonly Tree[];
}

/** Forests of at most `size` events (and at least one). */
export function forests(size: number): fc.Arbitrary<readonly Tree[]> {
  // Each event but the first roots hangs below one that came before it.
  return fc.array(fc.tuple(fc.boolean(), fc.nat()), { minLength: 1, maxLength: size }).map((choices) => {
    const nodes: { children: { children: never[] }[] }[] = [];
    const roots: Tree[] = [];
    for (const [isRoot, parent] of choices) {
      const node = { children: [] };
      if (isRoot || nodes.length === 0) roots.push(node);
      else nodes[parent % nodes.length]!.children.push(node);
      nodes.push(node);
    }
    return roots;
  });
}

export function sizeOf(forest: readonly Tree[]): number {
  return forest.reduce((sum, { children }) => sum + 1 + sizeOf(children), 0);
}

/** n! divided by the size of every subtree. */
export function countOrders(forest: readonly Tree[]): number {
  let orders = 1;
  let place = sizeOf(forest);
  const divisors: number[] = [];
  const collect = (trees: readonly Tree[]): void => {
    for (const tree of trees) {
      divisors.push(sizeOf([tree]));
      collect(tree.children);
    }
  };
  collect(forest);
  // Divided along the way, so that the numbers stay small.
  for (; place > 1; place -= 1) orders *= place;
  for (const divisor of divisors) orders /= divisor;
  return Math.round(orders);
}

class TreeEvent extends PendingEvent {
  private readonly action: () => void;

  constructor(task: Task, action: () => void) {
    super("await", task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

/** Numbers its events by their place in the forest, depth first, and says in which order they ran. */
export class ForestProgram implements Program<Execution> {
  readonly order: number[] = [];
  private readonly forest: readonly Tree[];
  private readonly judge: ((order: readonly number[]) => void) | undefined;
  private left: number;

  /** @param judge - looks at the order after every step; what it throws fails the execution. */
  constructor(forest: readonly Tree[], judge?: (order: readonly number[]) => void) {
    this.forest = forest;
    this.judge = judge;
    this.left = sizeOf(forest);
  }

  get finished(): boolean {
    return this.left === 0;
  }

  start(execution: Execution): void {
    this.cause(execution, this.forest, 0);
  }

  check(): void {
    this.judge?.(this.order);
  }

  private cause(execution: Execution, trees: readonly Tree[], from: number): void {
    let number = from;
    for (const tree of trees) {
      const own = number;
      const event = new TreeEvent(execution.task, () => {
        this.left -= 1;
        this.order.push(own);
        this.cause(execution, tree.children, own + 1);
      });
      execution.readyContinuation(event);
      number += sizeOf([tree]);
    }
  }
}
