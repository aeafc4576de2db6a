/** All orders of small programs are reached, each once, and the search knows when it has them all. */
import { explore, type StrategyName } from "heddle";
import { describe, expect, it } from "vitest";
import { deviations } from "../src/strategies/deviations.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { locking, lockFree, lockingLarge } from "./support/reference-programs.ts";
import { asOption, freshGlobals } from "./support/runs.ts";
import { asyncBody, observe, simulate, SimulatedProgram } from "./support/simulation.ts";

/** `n` async functions with `k` awaits each: (nk)! / (k!)^n orders. */
function multinomial(tasks: number, awaits: number): number {
  let orders = 1;
  for (let left = tasks * awaits, task = 0; task < tasks; task += 1) {
    for (let place = 1; place <= awaits; place += 1, left -= 1) orders = (orders * left) / place;
  }
  return Math.round(orders);
}

async function ordersOf(tasks: number, awaits: number, strategy: StrategyName, runs: number) {
  freshGlobals();
  const orders = new Set<string>();
  const body = (): Promise<void> =>
    new Promise((resolve) => {
      let order = "";
      const step = (name: number): void => {
        order += name;
        if (order.length < tasks * awaits) return;
        orders.add(order);
        resolve();
      };
      const task = async (name: number): Promise<void> => {
        for (let round = 0; round < awaits; round += 1) {
          await Promise.resolve();
          step(name);
        }
      };
      for (let name = 0; name < tasks; name += 1) void task(name);
    });
  const exploration = await explore(body, { order: "latency", scope: "all", strategy, runs, seed: 1 });
  return { orders: orders.size, exploration };
}

const sizes = [[2, 1], [2, 2], [2, 3], [2, 4], [3, 1], [3, 2], [4, 1], [5, 1], [3, 3]] as const;

describe("n tasks of k awaits have (nk)!/(k!)^n orders", () => {
  it.each(sizes)("%i x %i: exhaustive takes each once", async (tasks, awaits) => {
    const expected = multinomial(tasks, awaits);
    const { orders, exploration } = await ordersOf(tasks, awaits, "exhaustive", expected + 1);
    expect(exploration.failure).toBeUndefined();
    expect({ orders, runs: exploration.runs, distinct: exploration.distinct }).toEqual({ orders: expected, runs: expected, distinct: expected });
    expect(exploration.complete).toBe(true);
  });

  it.each(sizes)("%i x %i: exhaustive is not complete with one execution less", async (tasks, awaits) => {
    const { exploration } = await ordersOf(tasks, awaits, "exhaustive", Math.max(1, multinomial(tasks, awaits) - 1));
    expect(exploration.complete).toBe(false);
  });

  it.each(sizes.slice(0, -1))("%i x %i: random reaches them all", async (tasks, awaits) => {
    const expected = multinomial(tasks, awaits);
    // The rarest order of a random walk has at worst the probability tasks^-(tasks * awaits).
    const { orders, exploration } = await ordersOf(tasks, awaits, "random", Math.min(60_000, 40 * tasks ** (tasks * awaits)));
    expect(orders).toBe(expected);
    expect(exploration.complete).toBe(false);
  });

  it.each(sizes.slice(0, -1))("%i x %i: auto reaches them all, and says so", async (tasks, awaits) => {
    const expected = multinomial(tasks, awaits);
    const { orders, exploration } = await ordersOf(tasks, awaits, "auto", 10 * expected + 20);
    expect(orders).toBe(expected);
    expect(exploration.complete).toBe(true);
  });

  it.each([[2, 1], [2, 2], [2, 3], [3, 1], [4, 1]] as const)("%i x %i: deviations without a bound are complete", async (tasks, awaits) => {
    const { orders, exploration } = await ordersOf(tasks, awaits, "deviations", 100_000);
    expect(orders).toBe(multinomial(tasks, awaits));
    expect(exploration.complete).toBe(true);
  });
});

describe("reference programs, simulated", () => {
  it.each([...lockFree, ...locking, ...lockingLarge])("$name has $interleavings interleavings", ({ threads, interleavings }) => {
    const orders = new Set<string>();
    let order: number[] = [];
    const program = (): SimulatedProgram => {
      order = [];
      const own = order;
      return new SimulatedProgram(threads, (thread) => own.push(thread), false);
    };
    const strategy = exhaustive(Number.POSITIVE_INFINITY);
    const result = simulate(program, observe(strategy, () => orders.add(order.join(""))));
    expect(result.orders[0]).toMatchObject({ runs: interleavings, complete: true });
    expect(orders.size).toBe(interleavings);
  });

  it.each(locking)("$name: deviations without a bound reach the same orders", ({ threads, interleavings }) => {
    const orders = new Set<string>();
    let order: number[] = [];
    const program = (): SimulatedProgram => {
      order = [];
      const own = order;
      return new SimulatedProgram(threads, (thread) => own.push(thread), false);
    };
    // A deviation may starve or skip at every decision: far more schedules than orders. Three deviations are enough.
    const result = simulate(program, observe(deviations(3), () => orders.add(order.join(""))));
    expect(result.orders[0]?.complete).toBe(true);
    expect(orders.size).toBeLessThanOrEqual(interleavings);
    if (interleavings < 30) expect(orders.size).toBe(interleavings);
  });
});

describe("reference programs, as async functions", () => {
  async function run(threads: Parameters<typeof asyncBody>[0], runs: number) {
    freshGlobals();
    const orders = new Set<string>();
    let current: number[] = [];
    // Not async itself: an await of the body's own would be one decision more.
    const body = (): Promise<void> => {
      const order: number[] = [];
      current = order;
      return asyncBody(threads, (thread) => order.push(thread))();
    };
    const observed = asOption(observe(exhaustive(Number.POSITIVE_INFINITY), () => orders.add(current.join(""))));
    const exploration = await explore(body, { order: "latency", scope: "all", strategy: observed, runs });
    expect(exploration.failure).toBeUndefined();
    expect(exploration.complete).toBe(true);
    return { orders: orders.size, runs: exploration.runs };
  }

  it.each(lockFree)("$name has exactly $interleavings schedules", async ({ threads, interleavings }) => {
    expect(await run(threads, interleavings + 1)).toEqual({ orders: interleavings, runs: interleavings });
  });

  /*
   * With locks the async form has more schedules, and the same orders. In the model a thread at a lock that is held
   * is not legal. An await cannot be taken back: a task at `await point()` in front of a held lock may be picked,
   * finds it held and waits for its release; and when two wait for one release, both are woken, and the slower one
   * waits again. These steps do nothing and are not counted as part of an order.
   */
  it.each(locking)("$name has exactly $interleavings orders", async ({ threads, interleavings }) => {
    const { orders, runs } = await run(threads, 60_000);
    expect(orders).toBe(interleavings);
    expect(runs).toBeGreaterThanOrEqual(interleavings);
  });
});
