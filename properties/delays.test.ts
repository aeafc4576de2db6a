/** Delays add up: a task that awaits several times may be late by as many latencies, in whatever it does then. */
import fc from "fast-check";
import { explore } from "heddle";
import { describe, expect, it, test } from "vitest";
import { decodeSeed, encodeSeed } from "../src/engine/seed.ts";
import { cases, law } from "./support/cases.ts";

const LATENCY_MS = 10;

/** What one task does, up to what is looked at: awaits, timers of so many ms, and I/O. */
type Wait = { readonly kind: "await" | "then" | "io" } | { readonly kind: "timer"; readonly delayMs: number };

const waits: fc.Arbitrary<readonly Wait[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("await" as const, "then" as const, "io" as const) }),
    fc.record({ kind: fc.constant("timer" as const), delayMs: fc.integer({ min: 1, max: 25 }) }),
  ),
  { minLength: 1, maxLength: 3 },
);

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** The earliest and the latest end of a task: a timer is exact, all else takes up to the latency; and what a timer resolves is awaited. */
function span(task: readonly Wait[]): { readonly least: number; readonly most: number } {
  let [least, most] = [0, 0];
  for (const wait of task) {
    if (wait.kind === "timer") least += wait.delayMs;
    // A boundary: the request, its answer and the await of it.
    most += wait.kind === "timer" ? wait.delayMs + LATENCY_MS : wait.kind === "io" ? 3 * LATENCY_MS : LATENCY_MS;
  }
  return { least, most };
}

/** Which of two tasks were seen to end first. */
async function firstOf(tasks: readonly (readonly Wait[])[]): Promise<Set<number>> {
  const firsts = new Set<number>();
  const { verdict, complete } = await explore(
    async ({ io }) => {
      let isFirst = true;
      const ask = io("ask", async () => undefined);
      const run = async (task: readonly Wait[], number: number): Promise<void> => {
        for (const wait of task) {
          if (wait.kind === "timer") await sleep(wait.delayMs);
          else if (wait.kind === "io") await ask();
          else if (wait.kind === "await") await Promise.resolve();
          else await { then: (resolve: () => void) => void Promise.resolve().then(resolve) };
        }
        if (isFirst) firsts.add(number);
        isFirst = false;
      };
      await Promise.all(tasks.map(run));
    },
    { order: "latency", scope: "all", latencyMs: LATENCY_MS, strategy: "exhaustive", runs: 20_000 },
  );
  expect(verdict).toBe("passed");
  expect(complete).toBe(true);
  return firsts;
}

describe("delays add up", () => {
  it("the later of two tasks is the first where the delays of the other may come to as much, and nowhere else", law(), async () => {
    await fc.assert(
      fc.asyncProperty(waits, waits, async (one, other) => {
        const [first, second] = [span(one), span(other)];
        const firsts = await firstOf([one, other]);
        if (firsts.has(0)) expect(first.least).toBeLessThanOrEqual(second.most);
        if (firsts.has(1)) expect(second.least).toBeLessThanOrEqual(first.most);
        // At the very limit it is for the order of arming to say.
        if (first.least < second.most - LATENCY_MS) expect(firsts).toContain(0);
        if (second.least < first.most - LATENCY_MS) expect(firsts).toContain(1);
      }),
      cases(60),
    );
  });

  /** So many awaits, one after the other. */
  const counting = (awaits: number): { seen: number; readonly loop: () => Promise<void> } => {
    const counter = {
      seen: 0,
      loop: async (): Promise<void> => {
        for (let round = 0; round < awaits; round += 1) {
          await Promise.resolve();
          counter.seen += 1;
        }
      },
    };
    return counter;
  };

  test.each([
    [5, 150, true],
    [5, 499, true],
    [5, 500, true],
    [5, 501, false],
    [1, 101, false],
    [12, 1150, true],
  ])("%i awaits of up to 100 ms each, and a timer of %i ms: it may come first: %s", async (awaits, delayMs, may) => {
    const body = async (): Promise<void> => {
      const counter = counting(awaits);
      const looping = counter.loop();
      await sleep(delayMs);
      if (counter.seen < awaits) throw new Error("the timer came first");
      await looping;
    };
    const { verdict, failure } = await explore(body, { name: "awaits and a timer", order: "latency", runs: 2000 });
    expect(verdict).toBe(may ? "failed" : "passed");
    if (failure === undefined) return;
    const again = await explore(body, { name: "awaits and a timer", order: "latency", seed: failure.seed });
    expect(again.failure?.reproduced).toBe("5 of 5");
  });

  test.each([
    [5, 450],
    [40, 1500],
  ])("of %i awaits, a task that is late by %i ms beside an interval is held back as a whole: one deviation, found at once", async (awaits, delayMs) => {
    const body = async (): Promise<void> => {
      const counter = counting(awaits);
      const beat = setInterval(() => undefined, 10);
      void counter.loop();
      await sleep(delayMs);
      clearInterval(beat);
      if (counter.seen < awaits) throw new Error("the timer came first");
    };
    const { failure } = await explore(body, { name: "held as a whole", order: "latency", runs: 100, explain: false });
    expect(failure?.deviations).toMatchObject([{ kind: "starve", holdsTask: true }]);
    expect(failure?.foundAt).toBeLessThan(10);
    const again = await explore(body, { name: "held as a whole", seed: failure!.seed });
    expect(again.failure).toMatchObject({ reproduced: "5 of 5", deviations: [{ kind: "starve", holdsTask: true }] });
    expect(String(again.failure).match(/◀ .*held back/g)).toHaveLength(1);
  });

  test("a clock that is read between the awaits settles what they took", async () => {
    const body = async (): Promise<void> => {
      const startedAt = Date.now();
      const sleeping = sleep(150).then(() => Date.now());
      await Promise.resolve();
      if (Date.now() - startedAt > 100) throw new Error("an await took too long");
      await Promise.resolve();
      if ((await sleeping) - startedAt !== 150) throw new Error("the timer was not on time");
    };
    expect((await explore(body, { order: "latency", strategy: "exhaustive", runs: 5000 })).complete).toBe(true);
  });

  test("a seed that was made before they did is replayed as things were then", async () => {
    const body = async ({ spawn }: { spawn: (name: string, run: () => Promise<void>) => PromiseLike<void> }): Promise<void> => {
      let balance = 100;
      const alarm = setTimeout(() => undefined, 250);
      for (let round = 0; round < 5; round += 1) await Promise.resolve();
      clearTimeout(alarm);
      const withdraw = async (amount: number, awaits: number): Promise<void> => {
        for (let round = 0; round < awaits; round += 1) await Promise.resolve();
        const before = balance;
        await Promise.resolve();
        balance = before - amount;
      };
      await Promise.all([spawn("a", () => withdraw(10, 0)), spawn("b", () => withdraw(20, 2))]);
      if (balance !== 70) throw new Error(`balance ${balance}`);
    };
    const options = { name: "before delays added up", order: "latency" } as const;
    // In its execution the timer was no choice beside the awaits; now it is, and the same deviation has another number.
    const seed = encodeSeed({ ...decodeSeed("hd109j93ewcs85kqr000440wsz5a"), test: 0 });
    const { failure } = await explore(body, { ...options, seed });
    expect(failure?.deviations).toMatchObject([{ kind: "starve", decision: 0 }]);
    expect(failure?.reproduced).toBe("5 of 5");
    const found = await explore(body, { ...options, strategy: "deviations" });
    expect(found.failure?.deviations).toMatchObject([{ kind: "starve", decision: 3 }]);
  });
});
