import fc from "fast-check";
import { explore, type Body, type Exploration } from "heddle";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { decodeSeed, encodeSeed, testHash } from "../engine/seed.ts";
import { exploreAt } from "./explore.ts";
import { identityOf } from "./race-identity.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const OPTIONS = { order: "production", runs: 30 } as const;

/** Fails where the answers come in another order, if it is told to; how many there are is its own. */
const answers = (count: number, fails: boolean): Body => async ({ io, spawn }) => {
  const order: number[] = [];
  const get = io("get", (value: number) => value);
  await Promise.all(Array.from({ length: count }, (_one, index) => spawn(`t${index}`, async () => void order.push(await get(index)))));
  if (fails && order.some((value, index) => value !== index)) throw new Error(`came as ${order.join()}`);
};

const file = new URL("../../package.json", import.meta.url).pathname.replace(/package\.json$/, "");

describe("a race is known", () => {
  test("by its file and its line where it has no name, as its package sees them", () => {
    const at = (path: string, line: number): number => identityOf(undefined, { file: `${file}${path}`, line }).own;
    expect(at("src/a.test.ts", 3)).toBe(testHash("src/a.test:3"));
    expect(at("src/a.test.js", 3)).toBe(at("src/a.test.ts", 3));
    expect(at("src/a.test.ts?v=1", 3)).toBe(at("src/a.test.ts", 3));
    expect(at("src/b.test.ts", 3)).not.toBe(at("src/a.test.ts", 3));
    expect(at("src/a.test.ts", 4)).not.toBe(at("src/a.test.ts", 3));
    expect(identityOf(undefined, undefined)).toEqual({ own: 0, known: [0] });
  });

  test("by its file and its name where it has one; and by what it printed when it had none, or when files did not count", () => {
    expect(identityOf("a", undefined)).toEqual({ own: testHash("a"), known: [testHash("a")] });
    expect(identityOf("a", { file: `${file}src/a.test.ts` })).toEqual({ own: testHash("src/a.test > a"), known: [testHash("src/a.test > a"), testHash("a")] });
    const line = { file: `${file}src/a.test.ts`, line: 3 };
    expect(identityOf("a", line).known).not.toContain(identityOf("a", { file: `${file}src/b.test.ts`, line: 3 }).own);
    expect(identityOf("a", line).known).toContain(identityOf(undefined, line).own);
  });
});

describe("a seed in the environment", () => {
  const seedOf = async (exploration: Promise<Exploration>): Promise<string> => (await exploration).failure!.seed;

  test("is taken by the race that printed it, and by no other of the file", async () => {
    const first = (): Promise<Exploration> => explore(answers(3, true), OPTIONS);
    const second = (): Promise<Exploration> => explore(answers(2, true), OPTIONS);
    const usual = await second();
    vi.stubEnv("HEDDLE_SEED", await seedOf(first()));
    const [one, two] = [await first(), await second()];
    expect([one.runs, one.seed]).toEqual([1, process.env["HEDDLE_SEED"]]);
    expect([two.runs, two.failure!.seed, two.replayed]).toEqual([usual.runs, usual.failure!.seed, []]);
  });

  test("of two races on one line of two files, it is that of one", async () => {
    const inFile = (name: string): Promise<Exploration> => exploreAt({ file: `${file}src/${name}.test.ts`, line: 3 }, answers(3, true), OPTIONS);
    const usual = await inFile("b");
    vi.stubEnv("HEDDLE_SEED", await seedOf(inFile("a")));
    const [one, two] = [await inFile("a"), await inFile("b")];
    expect([one.runs, two.runs]).toEqual([1, usual.runs]);
    expect(usual.runs).toBeGreaterThan(1);
  });

  test("of two races of one name in two files, it is that of one", async () => {
    const inFile = (name: string): Promise<Exploration> => exploreAt({ file: `${file}src/${name}.test.ts`, line: 3 }, answers(3, true), { ...OPTIONS, name: "orders" });
    const usual = await inFile("b");
    const seed = await seedOf(inFile("a"));
    vi.stubEnv("HEDDLE_SEED", seed);
    const [one, two] = [await inFile("a"), await inFile("b")];
    expect([one.runs, two.runs]).toEqual([1, usual.runs]);
    expect(two.failure!.seed).not.toBe(seed);
    expect(usual.runs).toBeGreaterThan(1);
  });

  test("of an earlier version is taken as it was: by a name alone, or by any race without one", async () => {
    const named = (): Promise<Exploration> => explore(answers(3, true), { ...OPTIONS, name: "orders" });
    const unnamed = (): Promise<Exploration> => explore(answers(3, true), OPTIONS);
    const content = decodeSeed(await seedOf(named()));
    vi.stubEnv("HEDDLE_SEED", encodeSeed({ ...content, test: testHash("orders") }));
    expect((await named()).runs).toBe(1);
    vi.stubEnv("HEDDLE_SEED", encodeSeed({ ...content, test: 0 }));
    expect((await unnamed()).runs).toBe(1);
    expect((await named()).runs).toBeGreaterThan(1);
  });

  test("is searched without where it passes or does not fit, and the exploration says so", async () => {
    const at = (body: Body): Promise<Exploration> => explore(body, OPTIONS);
    const seed = await seedOf(at(answers(3, true)));
    vi.stubEnv("HEDDLE_SEED", seed);
    const [passing, other] = [await at(answers(3, false)), await at(answers(0, false))];
    expect([passing.verdict, passing.runs]).toEqual(["passed", 30]);
    expect(passing.replayed).toEqual([{ path: "HEDDLE_SEED", seed, outcome: "passes", note: `HEDDLE_SEED=${seed} passes here; the search was made as without it` }]);
    expect([other.verdict, other.replayed[0]!.outcome]).toEqual(["passed", "left-out"]);
    expect(other.replayed[0]!.note).toMatch(/does not fit here; the search was made as without it: .*\[REPLAY_DIVERGED\]$/);
  });

  test("belongs to one of the races that a loop makes: all others come out as they do without it", law(60_000), async () => {
    const races = fc.array(fc.record({ count: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(races, fc.nat(), async (kinds, wanted) => {
        const all = async (): Promise<Exploration[]> => {
          const made: Exploration[] = [];
          for (const { count, fails } of kinds) made.push(await explore(answers(count, fails), OPTIONS));
          return made;
        };
        vi.stubEnv("HEDDLE_SEED", "");
        const usual = await all();
        const failing = usual.filter(({ failure }) => failure !== undefined);
        if (failing.length === 0) return;
        const { seed } = failing[wanted % failing.length]!.failure!;
        vi.stubEnv("HEDDLE_SEED", seed);
        const replayed = await all();
        expect(replayed.map(({ verdict }) => verdict)).toEqual(usual.map(({ verdict }) => verdict));
        for (const [index, { failure, runs }] of replayed.entries()) {
          if (usual[index]!.failure?.seed === seed) expect([runs, failure!.seed]).toEqual([1, seed]);
          else if (runs > 1) expect(runs).toBe(usual[index]!.runs);
        }
      }),
      cases(15),
    );
  });
});
