/** A failure is never lost, whatever was thrown; and whatever a body hands out, its report prints. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { explore, race, RaceError, type Body, type Exploration, type ExploreOptions } from "heddle";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { decodeRecord } from "../corpus/schedule-file.ts";
import { isPrintableLine } from "../values/printable.ts";
import { thrownValue } from "../values/arbitraries.test-helper.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-odd-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const QUICK: ExploreOptions = { runs: 3, order: "latency", shrinkMs: 50, corpus: false };

/** Ways in which a body fails with a value. */
const WAYS = {
  "after an await": (value) => async () => {
    await Promise.resolve();
    throw value();
  },
  "at once": (value) => () => {
    throw value();
  },
  "in a task": (value) => async ({ spawn }) => {
    await spawn("task", async () => {
      await Promise.resolve();
      throw value();
    });
  },
  "out of an I/O": (value) => async ({ io }) => {
    await io("load", () => {
      throw value();
    })();
  },
  "in an invariant": (value) => async ({ invariant }) => {
    invariant("holds", () => {
      throw value();
    });
    await Promise.resolve();
  },
  "where nobody listens": (value) => async ({ sleep }) => {
    const lost = async (): Promise<void> => {
      await Promise.resolve();
      throw value();
    };
    void lost();
    await sleep(1);
  },
} satisfies Record<string, (value: () => unknown) => Body>;

function isShownWell(exploration: Exploration): void {
  const { failure, summary } = exploration;
  const texts = [String(failure), String(exploration), failure!.sentence, summary];
  for (const text of texts) expect(text.split("\n").filter((line) => !isPrintableLine(line.replaceAll("\t", " ")))).toEqual([]);
}

test("whatever a body throws is the failure, and is told", law(60_000), async () => {
  await fc.assert(
    fc.asyncProperty(thrownValue, fc.constantFrom(...Object.values(WAYS)), async (make, way) => {
      const thrown: unknown[] = [];
      const body = way(() => {
        const value = make();
        thrown.push(value);
        return value;
      });
      const exploration = await explore(body, QUICK);
      expect(exploration.verdict).toBe("failed");
      expect(thrown.some((one) => Object.is(one, exploration.failure!.error))).toBe(true);
      isShownWell(exploration);
    }),
    cases(60),
  );
});

test("race throws it as a cause, and the corpus keeps it", law(60_000), async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(thrownValue, async (make) => {
      const thrown: unknown[] = [];
      const directory = join(folder, String((number += 1)));
      const body: Body = async ({ spawn, io }) => {
        const order: number[] = [];
        const get = io("get", (value: number) => value);
        await Promise.all([1, 2].map((one) => spawn(`t${one}`, async () => void order.push(await get(one)))));
        if (order[0] === 1) return;
        const value = make();
        thrown.push(value);
        throw value;
      };
      const reason: unknown = await race(body, { runs: 20, order: "production", shrinkMs: 100, name: "odd", corpus: directory }).catch((error: unknown) => error);
      expect(reason).toBeInstanceOf(RaceError);
      expect(thrown.some((one) => Object.is(one, (reason as RaceError).cause))).toBe(true);
      const [file] = readdirSync(directory);
      expect(decodeRecord(readFileSync(join(directory, file!), "utf8")).seed).toBe((reason as RaceError).failure.seed);
    }),
    cases(25),
  );
});

test("what a body returns, logs, declares and passes on may be anything too", law(60_000), async () => {
  await fc.assert(
    fc.asyncProperty(thrownValue, async (make) => {
      const exploration = await explore(async ({ io, log, spawn }) => {
        const pass = io("pass", (_value: unknown) => undefined);
        log("it is", make());
        await pass(make());
        await spawn("task", () => [make()]);
        await io("give", () => [make()])();
        throw new Error("the end");
      }, QUICK);
      expect(exploration.verdict).toBe("failed");
      expect((exploration.failure!.error as Error).message).toBe("the end");
      isShownWell(exploration);
      const passing = await explore(async () => [make()], QUICK);
      expect(passing.verdict).toBe("passed");
    }),
    cases(40),
  );
});

test("five megabytes of text are cut, and say so", async () => {
  const { failure } = await explore(async () => {
    await Promise.resolve();
    throw new Error(`head ${"1 x\n".repeat(1.25e6)}`);
  }, QUICK);
  expect(String(failure)).toContain("more characters)");
  expect(String(failure).length).toBeLessThan(60_000);
});
