import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, RaceError, type Failure } from "heddle";
import { raceProperty } from "heddle/fast-check";

const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(new URL("../../failure.schema.json", import.meta.url), "utf8")) as object);

/** `npm run build` makes the page's program. */
function expectFormats(failure: Failure): void {
  const document = JSON.parse(failure.json()) as { readonly seed: string; readonly failing: { readonly steps: readonly object[] } };
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(document.seed).toBe(failure.seed);
  expect(document.failing.steps).toHaveLength(failure.timeline.steps.length);
  expect(failure.html()).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(JSON.parse(failure.trace())).toHaveProperty("traceEvents");
  expect(failure.shiviz()).toContain("=== failing ===");
}

const bodies: Readonly<Record<string, Parameters<typeof explore>[0]>> = {
  error: async ({ spawn, sleep }) => {
    let count = 0;
    const add = async (): Promise<void> => {
      const before = count;
      await sleep(1);
      count = before + 1;
    };
    await Promise.all([spawn("one", add), spawn("other", add)]);
    expect(count).toBe(2);
  },
  deadlock: () => new Promise(() => undefined),
  livelock: async ({ sleep }) => {
    for (;;) await sleep(1);
  },
  leak: ({ resource }) => void resource("file").acquire(),
};

test.each(Object.entries(bodies))("%s: a failure has all formats", async (kind, body) => {
  const { failure } = await explore(body, { maxSteps: 200, runs: 50, name: `a ${kind}` });
  expect(failure!.kind).toBe(kind);
  expectFormats(failure!);
});

test("a failure of a property has them, with its input", async () => {
  const details = await fc.check(raceProperty(fc.integer({ min: 0, max: 9 }), async (_context, number) => expect(number).toBeLessThan(5)), { numRuns: 50 });
  const error = details.errorInstance as RaceError;
  expect(error).toBeInstanceOf(RaceError);
  expectFormats(error.failure);
  expect(JSON.parse(error.failure.json())).toHaveProperty("input");
});
