import { explore, outcomes, type BodyContext } from "heddle";
import { describe, expect, test } from "vitest";

async function counter({ io, spawn }: BodyContext): Promise<{ readonly value: number }> {
  let value = 0;
  const load = io("load", () => value);
  const save = io("save", (next: number) => void (value = next));
  const add = async (): Promise<void> => void (await save((await load()) + 1));
  await Promise.all([spawn("one", add), spawn("two", add)]);
  return { value };
}

describe("outcomes", () => {
  test("has every result once, with a seed that replays it", async () => {
    const seen = await outcomes(counter, { strategy: "exhaustive", order: "production" });
    expect(seen.all.map(({ value }) => value)).toEqual(expect.arrayContaining([{ value: 1 }, { value: 2 }]));
    expect(seen.all).toHaveLength(2);
    for (const { value, seed } of seen.all) {
      let replayed: unknown;
      await explore(async (context) => void (replayed = await counter(context)), { seed });
      expect(replayed).toEqual(value);
    }
    seen.gives([{ value: 2 }, { value: 1 }]);
  });

  test("says what was missing, and what was seen besides with its seed", async () => {
    const seen = await outcomes(counter, { strategy: "exhaustive", order: "production" });
    expect(() => seen.gives([{ value: 2 }, { value: 3 }])).toThrow(/^the body does not give these outcomes:\n {2}never seen: \{ ?value: 3 ?\} \(every schedule was tried\)\n {2}seen besides: \{ ?value: 1 ?\} \(seed hd1\w+\)$/);
  });

  test("what a body throws is an outcome; a deadlock is none", async () => {
    const seen = await outcomes(async () => Promise.reject(new Error("refused")));
    expect(seen.all).toMatchObject([{ threw: true, error: { message: "refused" } }]);
    expect(() => seen.gives([])).toThrow("seen besides: threw Error: refused");
    await expect(outcomes(() => new Promise(() => undefined))).rejects.toMatchObject({ name: "RaceError" });
  });
});
