/** `scheduler()` in the body of a `raceProperty`: releases are events of heddle's. */
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RaceError } from "heddle";
import { raceProperty, scheduler, schedulerFor } from "heddle/fast-check";

afterEach(() => vi.unstubAllEnvs());

async function raceOf(property: fc.IAsyncProperty<unknown>, seed = 3): Promise<RaceError> {
  const { errorInstance } = await fc.check(property, { seed, numRuns: 20 });
  if (!(errorInstance instanceof RaceError)) throw new Error(`no race was found: ${String(errorInstance)}`);
  return errorInstance;
}

/** What fails is the order of awaits that no scheduler was given: the tasks of the scheduler come in one order only. */
const unwrapped = () =>
  raceProperty(
    scheduler(),
    async ({ spawn }, s) => {
      let balance = 0;
      const add = async (amount: number): Promise<void> => {
        const read = balance;
        await Promise.resolve();
        balance = read + amount;
      };
      const both = [spawn("one", () => add(1)), spawn("two", async () => (await Promise.resolve(), await Promise.resolve(), add(2)))];
      await s.waitFor(s.schedule(Promise.all(both), "both"));
      if (balance !== 3) throw new Error(`balance ${balance}`);
    },
  );

describe("under heddle's control", () => {
  test("awaits that are not wrapped are permuted", async () => {
    const error = await raceOf(unwrapped());
    expect((error.cause as Error).message).toMatch(/^balance [12]$/);
  });

  test("each release is an event, and one line replays the failure", async () => {
    const property = (): fc.IAsyncProperty<unknown> =>
      raceProperty(scheduler(), async (_t, s) => {
        const seen: string[] = [];
        for (const name of ["a", "b", "c"]) void s.schedule(Promise.resolve(name), name).then((value) => seen.push(value));
        await s.waitIdle();
        if (seen.join("") === "cab") throw new Error("came as cab");
      });
    const error = await raceOf(property());
    expect(error.message).toContain("schedulerFor()`");
    expect(error.failure.deviations).toHaveLength(1);
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    const again = await raceOf(property(), 99);
    expect(again.cause).toEqual(error.cause);
    expect(again.failure.seed).toBe(error.failure.seed);
  });

  test.each(["waitAll", "waitIdle"] as const)("%s waits for what comes over I/O, too", async (wait) => {
    const property = raceProperty(scheduler(), async ({ io }, s) => {
      const seen: string[] = [];
      const get = io("get", () => "got");
      void s.schedule(Promise.resolve(), "first").then(async () => {
        const got = await get();
        await s.schedule(Promise.resolve(), "second");
        seen.push(got);
      });
      await s[wait]();
      expect(seen).toEqual(["got"]);
      expect(s.count()).toBe(0);
    });
    await fc.assert(property, { numRuns: 5, seed: 4 });
  });

  test("waitNext releases no more than it is told, in any order", async () => {
    const firsts = new Set<string>();
    const property = raceProperty(scheduler(), async (_t, s) => {
      const seen: string[] = [];
      for (const name of ["a", "b", "c"]) void s.schedule(Promise.resolve(name), name).then((value) => seen.push(value));
      await s.waitNext(2);
      firsts.add(s.report()[0]!.label);
      expect(s.count()).toBe(1);
      await s.waitFor(s.schedule(Promise.resolve()));
    }, { runs: 300, numRuns: 5 });
    await fc.assert(property, { numRuns: 5, seed: 4 });
    expect(firsts).toEqual(new Set(["a", "b", "c"]));
  });

  test("one item of a sequence runs at a time, and nothing else is released meanwhile", async () => {
    const property = raceProperty(scheduler(), async ({ sleep }, s) => {
      let open = 0;
      const item = (label: string) => ({ label, builder: async () => (expect(++open).toBe(1), await sleep(5), --open) });
      const one = s.scheduleSequence([item("a"), item("b")]);
      const two = s.scheduleSequence([item("c"), item("d")]);
      await s.waitFor(Promise.all([one.task, two.task]));
      expect({ one: one.faulty, two: two.faulty }).toEqual({ one: false, two: false });
    });
    await fc.assert(property, { numRuns: 5, seed: 4 });
  });

  test("a wait that never ends is a deadlock with its line", async () => {
    const error = await raceOf(raceProperty(scheduler(), async (_t, s) => s.waitFor(s.schedule(Promise.resolve()).then(() => new Promise(() => undefined)))));
    expect(error.failure.kind).toBe("deadlock");
  });

  test("a schedulerFor is kept to", async () => {
    const property = raceProperty(fc.constant(0), async (_t, _zero) => {
      const s = schedulerFor([2, 3, 1]);
      const seen: string[] = [];
      for (const name of ["a", "b", "c"]) void s.schedule(Promise.resolve(name), name).then((value) => seen.push(value));
      await s.waitAll();
      expect(s.report().map(({ label }) => label)).toEqual(["b", "c", "a"]);
    });
    await fc.assert(property, { numRuns: 3, seed: 4 });
  });
});
