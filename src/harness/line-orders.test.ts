import { expect, test } from "vitest";
import { explore, type Body, type OrderCoverage } from "heddle";

/** The texts of the lines of each pair, `first | second`, with the counts of both orders. */
function shown({ lines, pairs }: OrderCoverage): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    pairs.map(({ one, other, oneFirst, otherFirst }) => {
      const [first, second] = [lines[one]!, lines[other]!].map(({ code, phase }) => `${code!.trim()} ${phase}`) as [string, string];
      return first < second ? [`${first} | ${second}`, [oneFirst, otherFirst]] : [`${second} | ${first}`, [otherFirst, oneFirst]];
    }),
  );
}

const two: Body = async ({ spawn, io }) => {
  const save = io("save", async () => undefined);
  const load = io("load", async () => undefined);
  await Promise.all([
    spawn("writer", async () => {
      await save(); // A
    }),
    spawn("reader", async () => {
      await load(); // B
    }),
  ]);
};

test("lines that were searched whole are seen in both orders, and in plain order alone in one", async () => {
  const whole = await explore(two, { coverage: true, strategy: "exhaustive", order: "production" });
  expect(whole.complete).toBe(true);
  const pairs = shown(whole.coverage!);
  expect(Object.keys(pairs).sort()).toEqual([
    "await load(); // B answered | await save(); // A answered",
    "await load(); // B answered | await save(); // A asked",
    "await load(); // B asked | await save(); // A answered",
    "await load(); // B asked | await save(); // A asked",
  ]);
  expect(Object.values(pairs).flat().every((times) => times > 0)).toBe(true);
  const plain = await explore(two, { coverage: true, strategy: "fifo", order: "production" });
  for (const counts of Object.values(shown(plain.coverage!))) expect(counts.filter((times) => times > 0)).toHaveLength(1);
  expect(String(plain)).toMatch(/3 pairs of lines could run in either order: 0 seen in both orders, 3 in one only, in \d+ executions?\n {2}always .*line-orders\.test\.ts:\d+ \w+ +before/);
});

test("a search comes to the same with it as without", async () => {
  for (const order of ["production", "latency", "chaos"] as const) {
    const plain = await explore(two, { order, runs: 60 });
    const covered = await explore(two, { order, runs: 60, coverage: true });
    const { coverage, ...rest } = covered;
    expect(coverage!.executions).toBeGreaterThan(0);
    expect(plain).not.toHaveProperty("coverage");
    expect([rest.runs, rest.distinct, rest.outcomes, rest.steps, rest.complete, rest.summary]).toEqual([plain.runs, plain.distinct, plain.outcomes, plain.steps, plain.complete, plain.summary]);
  }
});

test("lines of one task, and lines that wait for each other, are no pair", async () => {
  const { coverage } = await explore(
    async ({ io }) => {
      const save = io("save", async () => undefined);
      await save();
      await save();
    },
    { coverage: true },
  );
  expect(coverage!.pairs).toEqual([]);
});

test("it is refused for several threads, and for what is neither true nor false", async () => {
  await expect(explore(two, { coverage: 1 as never })).rejects.toThrow("`coverage` is 1; it takes true or false");
  await expect(explore(new URL("./line-orders.body.js", import.meta.url), { coverage: true, workers: 2 })).rejects.toThrow("`workers` is 2, and `coverage` counts the orders of one thread");
});
