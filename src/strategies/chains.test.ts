import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { ForestProgram, forests, sizeOf, type Tree } from "../../properties/support/forests.ts";
import { simulate } from "../../properties/support/simulation.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import { explore } from "../index.ts";
import { ChainPartition, type Chain } from "./chains.ts";

/** The ancestors of each event of a forest, by their numbers. */
function ancestors(trees: readonly Tree[], from: number, above: readonly number[], into: Map<number, readonly number[]>): void {
  let number = from;
  for (const tree of trees) {
    into.set(number, above);
    ancestors(tree.children, number + 1, [...above, number], into);
    number += sizeOf([tree]);
  }
}

const leavesOf = (forest: readonly Tree[]): number => forest.reduce((sum, { children }) => sum + Math.max(1, leavesOf(children)), 0);

test("chains are chains, and few: at most w·(w + 1)/2 where w events can be concurrent", law(), () => {
  fc.assert(
    fc.property(forests(14), fc.infiniteStream(fc.nat()), (forest, choices) => {
      const partition = new ChainPartition();
      const program = new ForestProgram(forest);
      const chains = new Map<Chain, number[]>();
      const watched: Strategy = {
        name: "watched",
        begin: () => partition.begin(),
        pick(legal) {
          for (const event of legal) partition.chainOf(event);
          return legal[choices.next().value! % legal.length]!;
        },
        ran(event: PendingEvent) {
          const chain = partition.chainOf(event);
          partition.ran(event);
          chains.set(chain, [...(chains.get(chain) ?? []), program.order.at(-1)!]);
        },
      };
      simulate(() => program, watched, { order: "latency", runs: 1, confirmations: 0 });
      const before = new Map<number, readonly number[]>();
      ancestors(forest, 0, [], before);
      for (const events of chains.values()) {
        for (let at = 1; at < events.length; at += 1) expect(before.get(events[at]!)).toContain(events[at - 1]);
      }
      const width = leavesOf(forest);
      expect(chains.size).toBeLessThanOrEqual((width * (width + 1)) / 2);
      expect([...chains.values()].flat().length).toBe(sizeOf(forest));
    }),
    cases(300),
  );
});

test("tasks that follow one another share chains", async () => {
  const partition = new ChainPartition();
  const tasks = new Set<string>();
  const watched: Strategy = {
    name: "watched",
    begin: () => partition.begin(),
    pick(legal) {
      for (const event of legal) partition.chainOf(event);
      return legal.at(-1)!;
    },
    ran(event) {
      tasks.add(event.task.path);
      partition.ran(event);
    },
  };
  const step = async (): Promise<void> => {
    await Promise.resolve();
    await Promise.resolve();
  };
  const body = async (): Promise<void> => {
    for (let round = 0; round < 30; round += 1) await Promise.all([step(), step()]);
  };
  await explore(body, { order: "latency", scope: "all", strategy: watched, runs: 1 });
  expect(tasks.size).toBeGreaterThan(30);
  expect(partition.count).toBeLessThanOrEqual(6);
});
