import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as heddle from "./index.ts";
import * as vite from "./vite/index.ts";
import * as histories from "./histories/index.ts";
import * as point from "./point.ts";

describe("the public surface", () => {
  test("is this and nothing else", () => {
    expect(Object.keys(heddle).sort()).toEqual(["FaultError", "HeddleError", "RaceError", "explore", "install", "outcomes", "race", "uninstall"]);
    expect(Object.keys(vite).sort()).toEqual(["default", "heddle"]);
    expect(Object.keys(histories).sort()).toEqual([
      "HeddleError",
      "checkLinearizable",
      "checkQuiescent",
      "checkReplaying",
      "checkSequential",
      "checkSerializable",
      "compareAndSetModel",
      "counterModel",
      "keyValueModel",
      "mutexModel",
      "queueModel",
      "readJepsenLog",
      "readKeyValueLog",
      "registerModel",
      "semaphoreModel",
      "setModel",
      "stackModel",
      "textStoreModel",
    ]);
    expect(Object.keys(point).sort()).toEqual(["iterate", "mark", "point"]);
  });

  test("has the types it promises", () => {
    expectTypeOf(heddle.explore).returns.resolves.toEqualTypeOf<heddle.Exploration>();
    expectTypeOf<heddle.Exploration["verdict"]>().toEqualTypeOf<"passed" | "failed">();
    expectTypeOf<heddle.Failure["deviations"]>().toEqualTypeOf<heddle.Schedule>();
    expectTypeOf<heddle.BodyContext["spawn"]>().toBeCallableWith("name", () => 1);
    void heddle.explore(async ({ io, spawn, shared }) => {
      const load = io("load", (id: string) => id.length);
      expectTypeOf(load).toEqualTypeOf<heddle.IoFunction<(id: string) => number>>();
      expectTypeOf(spawn("task", async () => "done")).resolves.toEqualTypeOf<string>();
      expectTypeOf(shared({ value: 1 }).value).toEqualTypeOf<number>();
      class Store {
        private readonly rows: Map<string, number> = new Map();
        read(id: string): number {
          return this.rows.get(id) ?? 0;
        }
      }
      const store: Store = io.wrap(new Store());
      expectTypeOf(io.wrap(new Store()).read("a")).resolves.toEqualTypeOf<number>();
      return store;
    }, { runs: 1 });
  });

  test("takes the types of a history's inputs and outputs from its model", () => {
    const model = histories.registerModel(0);
    const verdict = histories.checkLinearizable([{ task: 1, input: { type: "read" }, output: 0, calledAt: 0, returnedAt: 1 }], model);
    expectTypeOf(verdict).toEqualTypeOf<histories.Linearizability<number | undefined>>();
    expectTypeOf<typeof verdict.verdict>().toEqualTypeOf<"linearizable" | "not-linearizable" | "unknown">();
    // @ts-expect-error: a register has no operation of this kind.
    histories.checkLinearizable([{ task: 1, input: { type: "pop" }, calledAt: 0, returnedAt: 1 }], model);
    const own = { initial: 0, apply: (state: number, by: number) => [state + by, state] as const };
    expectTypeOf(histories.checkSequential([{ task: "a", input: 1, output: 0, calledAt: 0 }], own)).toEqualTypeOf<histories.SequentialConsistency<number>>();
  });

  test("every error code has a row in the documentation", () => {
    const source = readFileSync(new URL("./engine/errors.ts", import.meta.url), "utf8");
    const codes = [...source.matchAll(/\| "([A-Z_]+)"/g)].map((match) => match[1]!);
    const readme = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !readme.includes(`| \`${code}\` |`))).toEqual([]);
  });
});
