/** The judges of `heddle/histories` against brute force, and on published histories where there is a folder of them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  checkLinearizable,
  checkQuiescent,
  checkReplaying,
  checkSequential,
  compareAndSetModel,
  readJepsenLog,
  readKeyValueLog,
  textStoreModel,
  type Operation,
} from "../src/histories/index.ts";
import { count, law, lawSeed } from "./support/cases.ts";
import { inProgram, inQuiescence, inRealTime, someOrder } from "./support/brute-force.ts";
import { randomHistory, SUBJECTS } from "./support/random-histories.ts";

/** Histories of each subject: some 3,000 in all, and 20,000 in a soak of seven times the usual. */
const USUAL = 420;

/** Plays an order through, so that a verdict never rests on the judge's own steps. */
function plays(subject: number, operations: readonly Operation[], order: readonly number[]): boolean {
  const { model } = SUBJECTS[subject]!;
  let state = model.initial;
  return order.every((at) => {
    const { input, output, returnedAt } = operations[at]!;
    const [next, expected] = model.apply(state, input);
    state = next;
    return returnedAt === undefined || expected === output;
  });
}

const keeps = (order: readonly number[], precedes: (one: number, other: number) => boolean, operations: readonly Operation[]): boolean =>
  order.every((at, index) => order.slice(index + 1).every((later) => operations[later]!.returnedAt === undefined || !precedes(later, at)));

describe.each(SUBJECTS.map(({ name }, index) => [name, index] as const))("random histories of a %s", (_, subject) => {
  const { model } = SUBJECTS[subject]!;
  const seeds = (usual: number): number[] => Array.from({ length: count(usual) }, (_unused, at) => (lawSeed().seed ?? 0) * 100_000 + at);

  test("are linearizable exactly if some order is", law(), () => {
    const verdicts = { linearizable: 0, "not-linearizable": 0, unknown: 0 };
    const drawn = seeds(USUAL);
    for (const seed of drawn) {
      const operations = randomHistory(subject, seed);
      const found = checkLinearizable(operations, model);
      const precedes = inRealTime(operations);
      verdicts[found.verdict] += 1;
      expect({ seed, verdict: found.verdict }).toEqual({ seed, verdict: someOrder(operations, model, precedes) ? "linearizable" : "not-linearizable" });
      const order = found.verdict === "linearizable" ? found.linearization : found.verdict === "not-linearizable" ? found.prefix : [];
      expect(plays(subject, operations, order) && keeps(order, precedes, operations), `seed ${seed}`).toBe(true);
      if (found.verdict === "linearizable") {
        const missing = operations.filter(({ returnedAt }, at) => returnedAt !== undefined && !order.includes(at));
        expect(missing).toEqual([]);
      } else if (found.verdict === "not-linearizable") {
        const [misfit] = found.misfits;
        const upTo = operations[misfit!.operation]!.returnedAt!;
        // Without the misfit's return, what returned before it can be ordered; and not what it answered, but something else, was expected.
        const begun = [...operations.keys()].filter((at) => operations[at]!.calledAt <= upTo);
        const before = begun.map((at): Operation => {
          const { task, input, calledAt, returnedAt } = operations[at]!;
          return returnedAt === undefined || returnedAt >= upTo ? { task, input, calledAt } : operations[at]!;
        });
        const inTime = (one: number, other: number): boolean => before[one]!.returnedAt !== undefined && precedes(begun[one]!, begun[other]!);
        expect(someOrder(before, model, inTime), `seed ${seed}`).toBe(true);
        expect(misfit!.expected).not.toContain(operations[misfit!.operation]!.output);
      }
    }
    expect(verdicts.linearizable).toBeGreaterThan(drawn.length / 10);
    expect(verdicts["not-linearizable"]).toBeGreaterThan(drawn.length / 20);
  });

  test("are sequentially and quiescently consistent exactly if some order is", law(), () => {
    for (const seed of seeds(USUAL / 4)) {
      const operations = randomHistory(subject, seed);
      const sequential = checkSequential(operations, model);
      const quiescent = checkQuiescent(operations, model);
      expect({ seed, sequential: sequential.verdict, quiescent: quiescent.verdict }).toEqual({
        seed,
        sequential: someOrder(operations, model, inProgram(operations)) ? "sequential" : "not-sequential",
        quiescent: someOrder(operations, model, inQuiescence(operations)) ? "quiescent" : "not-quiescent",
      });
      const order = sequential.verdict === "sequential" ? sequential.linearization : sequential.verdict === "not-sequential" ? sequential.prefix : [];
      expect(plays(subject, operations, order) && keeps(order, inProgram(operations), operations), `seed ${seed}`).toBe(true);
    }
  });

  test("have the same verdict where the model can only be run from its beginning", law(), async () => {
    const run = (inputs: readonly unknown[]): unknown[] => {
      let state = model.initial;
      return inputs.map((input) => {
        const [next, output] = model.apply(state, input);
        state = next;
        return output;
      });
    };
    for (const seed of seeds(USUAL / 6)) {
      const operations = randomHistory(subject, seed).slice(0, 6);
      const found = await checkReplaying(operations, run);
      const known = checkLinearizable(operations, model);
      expect({ seed, verdict: found.verdict }).toEqual({ seed, verdict: known.verdict === "linearizable" ? "consistent" : "not-consistent" });
      if (found.verdict === "not-consistent" && known.verdict === "not-linearizable") {
        expect(found.misfits.map(({ operation }) => operation), `seed ${seed}`).toEqual(known.misfits.map(({ operation }) => operation));
        // What the one leaves out, as it adds nothing to the verdict, the other runs.
        expect(found.misfits[0]!.expected, `seed ${seed}`).toEqual(expect.arrayContaining([...known.misfits[0]!.expected]));
      }
      const sequential = await checkReplaying(operations, run, { consistency: "sequential" });
      expect(sequential.verdict === "consistent", `seed ${seed}`).toBe(checkSequential(operations, model).verdict === "sequential");
      const quiescent = await checkReplaying(operations, run, { consistency: "quiescent" });
      expect(quiescent.verdict === "consistent", `seed ${seed}`).toBe(checkQuiescent(operations, model).verdict === "quiescent");
    }
  });
});

const folder = fileURLToPath(new URL("../../shared/histories/", import.meta.url));
const published = existsSync(`${folder}verdicts.json`)
  ? Object.entries(JSON.parse(readFileSync(`${folder}verdicts.json`, "utf8")) as Record<string, boolean>)
  : [];

describe("published histories", () => {
  test.skipIf(published.length > 0)("are not here: no folder of them beside the project", ({ skip }) => {
    skip("no folder of published histories beside the project");
  });

  test.each(published)("%s is linearizable: %s", (file, linearizable) => {
    const text = readFileSync(folder + file, "utf8");
    const found = file.endsWith(".log")
      ? checkLinearizable(readJepsenLog(text), compareAndSetModel<number | null>(null))
      : checkLinearizable(readKeyValueLog(text), textStoreModel());
    expect(found.verdict).toBe(linearizable ? "linearizable" : "not-linearizable");
    expect(found.configurations).toBeLessThan(20_000);
  });
});
