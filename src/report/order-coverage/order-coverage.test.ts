import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../../properties/support/cases.ts";
import { mergeCoverage, type CoveredLine, type OrderCoverage } from "./order-coverage.ts";
import { coveragePage, coverageSentence, coverageText } from "./render.ts";

const place = ({ file, line }: CoveredLine): string => `${file}:${line}`;

function coverageOf(lines: readonly number[], pairs: OrderCoverage["pairs"], tests: readonly string[] = ["t"]): OrderCoverage {
  return { format: "heddle-orders", version: 1, tests, executions: 10, lines: lines.map((line) => ({ file: "a.ts", line, code: `line ${line}` })), pairs };
}

test("only the pairs in one order are listed, those that were seen most often first", () => {
  const coverage = coverageOf([3, 7, 9], [
    { one: 0, other: 1, oneFirst: 4, otherFirst: 2 },
    { one: 0, other: 2, oneFirst: 0, otherFirst: 3 },
    { one: 1, other: 2, oneFirst: 12, otherFirst: 0 },
  ]);
  expect(coverageText(coverage, place, 80)).toBe(
    ["3 pairs of lines could run in either order: 1 seen in both orders, 2 in one only, in 10 executions", "  always a.ts:7 before a.ts:9  ×12", "  always a.ts:9 before a.ts:3  ×3"].join("\n"),
  );
  expect(coverageSentence(coverageOf([], []))).toBe("no two lines of different tasks could have run in another order, in 10 executions");
});

test("what one test shows in the one order and another in the other, both together show in both", () => {
  const one = coverageOf([3, 7], [{ one: 0, other: 1, oneFirst: 4, otherFirst: 0 }], ["first"]);
  const other = coverageOf([7, 5, 3], [{ one: 0, other: 2, oneFirst: 2, otherFirst: 0 }, { one: 0, other: 1, oneFirst: 1, otherFirst: 0 }], ["second"]);
  const whole = mergeCoverage([one, other]);
  expect(whole).toMatchObject({ tests: ["first", "second"], executions: 20, pairs: [{ oneFirst: 4, otherFirst: 2 }, { oneFirst: 1, otherFirst: 0 }] });
  expect(whole.lines.map(({ line }) => line)).toEqual([3, 7, 5]);
});

test("to add up in another order adds up to the same", law(), () => {
  const part = fc
    .tuple(fc.uniqueArray(fc.nat({ max: 6 }), { minLength: 2, maxLength: 5 }), fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 3 }), fc.nat({ max: 3 })), { maxLength: 6 }))
    .map(([lines, pairs]) => coverageOf(lines, pairs.map(([one, other, oneFirst, otherFirst]) => ({ one: one % lines.length, other: other % lines.length, oneFirst, otherFirst })).filter(({ one, other }) => one !== other)));
  const tally = (coverage: OrderCoverage): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    const add = (first: number, second: number, times: number): void => {
      const key = `${coverage.lines[first]!.line} ${coverage.lines[second]!.line}`;
      if (times > 0) counts.set(key, (counts.get(key) ?? 0) + times);
    };
    for (const { one, other, oneFirst, otherFirst } of coverage.pairs) {
      add(one, other, oneFirst);
      add(other, one, otherFirst);
    }
    return new Map([...counts].sort());
  };
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      expect(tally(mergeCoverage(parts))).toEqual(tally(mergeCoverage([...parts].reverse())));
      expect(tally(mergeCoverage([mergeCoverage(parts.slice(0, 1)), ...parts.slice(1)]))).toEqual(tally(mergeCoverage(parts)));
    }),
    cases(100),
  );
});

test("the page takes what is in a line for text", () => {
  const hostile = { file: "<b>.ts", line: 1, code: "</td><script>alert(1)</script>\u202e" };
  const page = coveragePage({ ...coverageOf([], [{ one: 0, other: 0, oneFirst: 1, otherFirst: 0 }], ["<img>"]), lines: [hostile] }, place);
  expect(page).toContain("&lt;b&gt;.ts:1");
  expect(page).not.toMatch(/<script|<img|\u202e/);
});
