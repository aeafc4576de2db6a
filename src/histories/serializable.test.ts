import { describe, expect, test } from "vitest";
import { checkSerializable, type Isolation, type Serializability, type Transaction, type TransactionStep } from "./index.ts";

const r = (key: string, value?: unknown): TransactionStep => ({ type: "read", key, value });
const w = (key: string, value: unknown): TransactionStep => ({ type: "write", key, value });
const a = (key: string, value: unknown): TransactionStep => ({ type: "append", key, value });
const all = (...transactions: readonly TransactionStep[][]): Transaction[] => transactions.map((steps) => ({ steps }));

function namesOf(found: Serializability): string[] {
  return "anomalies" in found ? found.anomalies.map(({ name }) => name) : [];
}

const first = (transactions: readonly Transaction[], isolation: Isolation = "serializable"): string | undefined =>
  namesOf(checkSerializable(transactions, { isolation }))[0];

describe("checkSerializable", () => {
  test("gives an order that explains what was read", () => {
    expect(checkSerializable(all([r("x", 1), w("y", 1)], [w("x", 1)], [r("y"), r("x", 1)]))).toEqual({ verdict: "serializable", order: [1, 2, 0] });
    expect(checkSerializable(all([a("x", 1)], [r("x", [1, 2])], [a("x", 2)], [r("x", [])]))).toEqual({ verdict: "serializable", order: [3, 0, 2, 1] });
    expect(checkSerializable([])).toEqual({ verdict: "serializable", order: [] });
  });

  test("finds the order of blind writes by search", () => {
    const found = checkSerializable(all([w("x", 1), w("y", 1)], [w("x", 2), w("y", 2)], [r("x", 1), r("y", 1)], [r("x", 2), r("y", 2)]));
    expect(found.verdict).toBe("serializable");
    expect(first(all([w("x", 1), w("y", 1)], [w("x", 2), w("y", 2)], [r("x", 1), r("y", 2)]))).toBe("no-order");
  });

  test.each([
    ["lost-update", all([r("x"), w("x", 1)], [r("x"), w("x", 2)])],
    ["write-skew", all([r("x"), r("y"), w("x", 1)], [r("x"), r("y"), w("y", 2)])],
    ["garbage-read", all([r("x", 7)])],
    ["internal", all([w("x", 1), r("x", 2)], [w("x", 2)])],
    ["internal", all([a("x", 1), r("x", [2])], [a("x", 2)])],
    ["G1b", all([w("x", 1), w("x", 2)], [r("x", 1)])],
    ["G1b", all([a("x", 1), a("x", 2)], [r("x", [1])])],
    ["G1c", all([w("x", 1), r("y", 1)], [w("y", 1), r("x", 1)])],
    ["G0", all([a("x", 1), a("y", 1)], [a("x", 2), a("y", 2)], [r("x", [1, 2]), r("y", [2, 1])])],
    ["G-single", all([w("x", 1), w("y", 1)], [r("x", 1), r("y")])],
    ["incompatible-order", all([a("x", 1)], [a("x", 2)], [r("x", [1, 2])], [r("x", [2])])],
    ["G2-item", all([r("x", []), a("y", 1)], [r("y", []), a("z", 1)], [r("z", []), a("x", 1)])],
  ])("names %s", (name, transactions) => {
    expect(first(transactions)).toBe(name);
  });

  test("shows the shortest cycle, and the key of each step", () => {
    const found = checkSerializable(all([w("other", 1)], [r("x"), r("y"), w("x", 1)], [r("x"), r("y"), w("y", 2)]));
    expect("anomalies" in found && found.anomalies[0]).toEqual({
      name: "write-skew",
      transactions: [1, 2],
      cycle: [
        { from: 1, to: 2, type: "rw", key: "y" },
        { from: 2, to: 1, type: "rw", key: "x" },
      ],
    });
  });

  test("aborted transactions count for nothing, but must not be read from", () => {
    const aborted: Transaction = { steps: [w("x", 1)], status: "aborted" };
    expect(checkSerializable([aborted, { steps: [r("x")] }]).verdict).toBe("serializable");
    expect(first([aborted, { steps: [r("x", 1)] }])).toBe("G1a");
  });

  test("what became of a transaction is unknown until somebody reads what it wrote", () => {
    const open: Transaction = { steps: [w("x", 1), w("y", 1)], status: "unknown" };
    expect(checkSerializable([open, { steps: [r("x"), r("y")] }]).verdict).toBe("serializable");
    expect(checkSerializable([open, { steps: [r("x", 1), r("y", 1)] }]).verdict).toBe("serializable");
    expect(first([open, { steps: [r("x", 1), r("y")] }])).toBe("G-single");
  });

  test("so does one that was read by one of unknown outcome that was read", () => {
    const one: Transaction = { steps: [w("x", 1)], status: "unknown" };
    const two: Transaction = { steps: [r("x", 1), w("y", 2)], status: "unknown" };
    expect(checkSerializable([one, two, { steps: [r("y", 2)] }])).toEqual({ verdict: "serializable", order: [0, 1, 2] });
  });

  test("weaker isolation allows more", () => {
    const skew = all([r("x"), r("y"), w("x", 1)], [r("x"), r("y"), w("y", 2)]);
    expect(checkSerializable(skew, { isolation: "snapshot-isolation" }).verdict).toBe("snapshot-isolation");
    const lost = all([r("x"), w("x", 1)], [r("x"), w("x", 2)]);
    expect(checkSerializable(lost, { isolation: "snapshot-isolation" }).verdict).toBe("not-snapshot-isolation");
    expect(checkSerializable(lost, { isolation: "read-committed" }).verdict).toBe("read-committed");
    expect(first(all([w("x", 1), r("y", 1)], [w("y", 1), r("x", 1)]), "read-committed")).toBe("G1c");
  });

  test("strict serializability keeps real time", () => {
    const stale: Transaction[] = [
      { steps: [w("x", 1)], calledAt: 0, returnedAt: 1 },
      { steps: [r("x")], calledAt: 2, returnedAt: 3 },
    ];
    expect(checkSerializable(stale).verdict).toBe("serializable");
    const found = checkSerializable(stale, { isolation: "strict-serializable" });
    expect(namesOf(found)[0]).toBe("G-single");
    expect("anomalies" in found && found.anomalies[0].cycle.map(({ type }) => type).sort()).toEqual(["real-time", "rw"]);
  });

  test.each([
    ["two writes of one value", all([w("x", 1)], [w("x", 1)]), "values written to a key must differ"],
    ["a write of nothing", all([w("x", undefined)]), "values written to a key must differ"],
    ["a key of two kinds", all([w("x", 1)], [a("x", 2)]), "a register or a list, never both"],
    ["part of a list", all([a("x", 1)], [r("x", 1)]), "give all of the list"],
    ["no steps", [{} as Transaction], "has no steps"],
    ["an unknown step", [{ steps: [{ type: "drop", key: "x" } as never] }], "has a step of type drop"],
    ["no list", "no" as never, "are no list"],
  ])("%s is told", (_, transactions, text) => {
    expect(() => checkSerializable(transactions)).toThrow(expect.objectContaining({ code: "BAD_HISTORY", message: expect.stringContaining(text) as string }));
  });

  test("an isolation that there is none of is told", () => {
    expect(() => checkSerializable([], { isolation: "perfect" as never })).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
  });
});
