import { describe, expect, test } from "vitest";
import { checkLinearizable, registerModel, type Operation } from "../histories/index.ts";
import { cells } from "./layout.ts";
import { renderHistory } from "./history.ts";

type Input = { readonly type: "read" } | { readonly type: "write"; readonly value: number };

const write = (task: string, value: number, calledAt: number, returnedAt?: number): Operation<Input, number | undefined> => ({ task, input: { type: "write", value }, calledAt, returnedAt });
const read = (task: string, output: number, calledAt: number, returnedAt: number): Operation<Input, number | undefined> => ({ task, input: { type: "read" }, output, calledAt, returnedAt });
const describeInput = ({ input }: Operation): string => ((input as Input).type === "write" ? `write ${(input as { value: number }).value}` : "read");

describe("renderHistory", () => {
  const history = [write("writer", 1, 0, 10), read("b", 1, 2, 4), read("c", 0, 5, 6), write("b", 7, 7)];
  const drawn = renderHistory(history, checkLinearizable(history, registerModel(0)), { describe: describeInput });

  test("shows lanes, the longest order, and what fits nowhere with what would have been right", () => {
    expect(drawn).toBe(
      [
        "writer │ ├───────────1───────────┤",
        "b      │     ├─2─┤           ├───┄",
        "c      │             ├─✗─┤",
        "",
        "1. writer: write 1 → undefined",
        "2. b: read → 1",
        "✗ c: read → 0, where 1 would have been right",
      ].join("\n"),
    );
  });

  test("numbers the order of a history that has one", () => {
    const fine = [write("a", 1, 0, 9), read("b", 0, 1, 2)];
    expect(renderHistory(fine, checkLinearizable(fine, registerModel(0)), { describe: describeInput })).toContain("1. b: read → 0\n2. a: write 1 → undefined");
  });

  test("keeps to the columns, whatever the values and names", () => {
    const long = Array.from({ length: 30 }, (_, at) => write(`task ${"x".repeat(at)}`, at, at, at + 40));
    for (const columns of [60, 100]) {
      const text = renderHistory(long, { prefix: [0, 1] }, { columns, describe: () => `one\n${"two ".repeat(50)}` });
      expect(Math.max(...text.split("\n").map(cells))).toBeLessThanOrEqual(columns);
    }
    expect(renderHistory([], {})).toBe("");
  });
});
