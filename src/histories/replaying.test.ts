import { describe, expect, test } from "vitest";
import { checkReplaying, type Operation } from "./index.ts";

type Input = "increment" | "read";

/** A fresh counter for each order, as a real subject is. */
async function counter(inputs: readonly Input[]): Promise<number[]> {
  let value = 0;
  const outputs: number[] = [];
  for (const input of inputs) {
    await Promise.resolve();
    value += input === "increment" ? 1 : 0;
    outputs.push(value);
  }
  return outputs;
}

const increment = (task: number, output: number, calledAt: number, returnedAt: number): Operation<Input, number> => ({ task, input: "increment", output, calledAt, returnedAt });

describe("checkReplaying", () => {
  test("finds an order that the subject itself gives", async () => {
    const found = await checkReplaying([increment(1, 2, 0, 9), increment(2, 1, 0, 9)], counter);
    expect(found).toMatchObject({ verdict: "consistent", linearization: [1, 0] });
  });

  test("names the operation that fits nowhere: a lost update", async () => {
    const found = await checkReplaying([increment(1, 1, 0, 8), increment(2, 1, 0, 9)], counter);
    expect(found).toMatchObject({ verdict: "not-consistent", prefix: [0], misfits: [{ operation: 1, expected: [2] }] });
  });

  test("runs no order twice, and none that begins as a wrong one did", async () => {
    const seen: string[] = [];
    const history = [increment(1, 3, 0, 9), increment(2, 2, 0, 9), increment(3, 1, 0, 9)];
    const found = await checkReplaying(history, (inputs, positions) => {
      seen.push(positions.join(""));
      return counter(inputs);
    });
    expect(found).toMatchObject({ verdict: "consistent", linearization: [2, 1, 0] });
    expect(seen).toEqual(["012", "102", "201", "210"]);
  });

  test("has a budget", async () => {
    const many = Array.from({ length: 9 }, (_, task) => increment(task, 77, 0, 9));
    expect(await checkReplaying([...many, increment(99, 10, 0, 9)], counter, { maxConfigurations: 5 })).toEqual({ verdict: "unknown", bound: "maxConfigurations", configurations: 5 });
  });

  test("compares as it is told", async () => {
    const history = [increment(1, 11, 0, 9)];
    expect((await checkReplaying(history, counter)).verdict).toBe("not-consistent");
    expect((await checkReplaying(history, counter, { accepts: (output, expected) => output === expected + 10 })).verdict).toBe("consistent");
  });

  test("bad input is told", async () => {
    const history = [increment(1, 1, 0, 9)];
    await expect(checkReplaying(history, () => [])).rejects.toThrow(expect.objectContaining({ code: "BAD_MODEL", message: expect.stringContaining("0 outputs for 1 operations") as string }));
    await expect(checkReplaying(history, counter, { consistency: "perfect" as never })).rejects.toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
  });
});
