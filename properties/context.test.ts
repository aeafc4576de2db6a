/** Contexts hold at every point, and what is synchronous is never interrupted, under every order. */
import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { explore } from "heddle";
import { describe, expect, it } from "vitest";
import { cases, law } from "./support/cases.ts";
import { constructs, programs } from "./support/program.ts";
import { freshGlobals, surroundingsOf } from "./support/runs.ts";
import { compile, END, sourceOf, taskOfLine, type CompiledProgram, type Surroundings } from "./support/source.ts";

const orders = ["production", "latency", "chaos"] as const;
const options = { strategy: "random", runs: 6, leaks: "ignore", latencyMs: Number.POSITIVE_INFINITY } as const;

async function exploreProgram(program: CompiledProgram, order: (typeof orders)[number], scope: "all" | "user", surroundings: () => Surroundings): Promise<number> {
  freshGlobals();
  let executions = 0;
  const exploration = await explore(
    () => {
      executions += 1;
      return program(surroundings());
    },
    { ...options, order, scope },
  );
  expect(exploration.failure?.error).toBeUndefined();
  return executions;
}

describe("AsyncLocalStorage", () => {
  it("has each task's own store wherever the task is, under every order", law(), async () => {
    const storage = new AsyncLocalStorage<number>();
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(programs(constructs), fc.constantFrom(...orders), fc.constantFrom("all" as const, "user" as const), async (tree, order, scope) => {
        const program = compile(sourceOf(tree));
        const wrong: string[] = [];
        const log = (line: string): void => {
          lines += 1;
          // The catch of a task is put on it from outside.
          const expected = line === END || line.startsWith("task") ? undefined : taskOfLine(line);
          if (storage.getStore() !== expected) wrong.push(`"${line}" ran in the context of ${storage.getStore()}`);
        };
        await exploreProgram(program, order, scope, () => ({ ...surroundingsOf(log), start: (task, index) => storage.run(index, task) }));
        expect(wrong).toEqual([]);
      }),
      cases(200),
    );
    expect(lines).toBeGreaterThan(1000);
  });

  it("holds through io, spawn, sleep, timers and messages", async () => {
    freshGlobals();
    const storage = new AsyncLocalStorage<string>();
    const wrong: string[] = [];
    const exploration = await explore(
      async ({ io, spawn, sleep }) => {
        const save = io("save", async () => storage.getStore());
        const task = async (name: string): Promise<void> => {
          const check = (where: string): void => {
            if (storage.getStore() !== name) wrong.push(`${where} of ${name}: ${storage.getStore()}`);
          };
          if ((await save()) !== name) wrong.push(`inside the boundary of ${name}`);
          check("after io");
          await sleep(10);
          check("after sleep");
          await new Promise<void>((resolve) => setTimeout(() => (check("timer"), resolve()), 1));
          await new Promise<void>((resolve) => setImmediate(() => (check("immediate"), resolve())));
          process.nextTick(() => check("tick"));
          queueMicrotask(() => check("microtask"));
          const interval = setInterval(() => (check("interval"), clearInterval(interval)), 3);
          const inner = await spawn(`inner ${name}`, async () => {
            await Promise.resolve();
            return storage.getStore();
          });
          if (inner !== name) wrong.push(`spawned by ${name}`);
          check("after spawn");
          await sleep(5);
        };
        await Promise.all(["a", "b", "c"].map((name) => storage.run(name, () => task(name))));
        if (storage.getStore() !== undefined) wrong.push("the body itself");
      },
      { ...options, runs: 60, order: "latency", scope: "all" },
    );
    expect(exploration.failure?.error).toBeUndefined();
    expect([...new Set(wrong)]).toEqual([]);
  });
});

describe("code between two awaits", () => {
  it("is never interrupted, whatever it calls", law(), async () => {
    let sections = 0;
    await fc.assert(
      fc.asyncProperty(programs(constructs), fc.constantFrom(...orders), fc.constantFrom("all" as const, "user" as const), async (tree, order, scope) => {
        const program = compile(sourceOf(tree));
        await exploreProgram(program, order, scope, () => {
          let inside: string | undefined;
          const interruptions: string[] = [];
          /** A section that does all that might run other code by accident: it settles, subscribes, arms, clears, calls. */
          const section = (line: string): void => {
            if (inside !== undefined) interruptions.push(`"${line}" ran inside "${inside}"`);
            inside = line;
            sections += 1;
            let settle: (value: number) => void = () => undefined;
            const pending = new Promise<number>((resolve) => {
              settle = resolve;
            });
            const other = (): void => section(`caused by ${line}`);
            if (!line.startsWith("caused")) {
              void pending.then(other);
              void (async () => {
                await pending;
                other();
              })();
              queueMicrotask(other);
              process.nextTick(other);
              setImmediate(other);
              setTimeout(other, 1);
              void Promise.all([pending, Promise.resolve(1)]).then(other);
            }
            settle(1);
            clearTimeout(setTimeout(other, 0));
            new AbortController().abort();
            inside = undefined;
            if (interruptions.length > 0) throw new Error(interruptions.join());
          };
          return surroundingsOf(section);
        });
      }),
      cases(100),
    );
    expect(sections).toBeGreaterThan(1000);
  });

  it("is atomic for shared state: a read-modify-write without an await loses nothing", async () => {
    freshGlobals();
    for (const order of orders) {
      const exploration = await explore(
        async ({ io, invariant }) => {
          let [value, busy] = [0, 0];
          invariant("nobody is inside", () => busy === 0);
          const touch = io("touch");
          const task = async (): Promise<void> => {
            for (let round = 0; round < 3; round += 1) {
              await touch();
              busy += 1;
              const read = value;
              void Promise.resolve().then(() => undefined);
              value = read + 1;
              busy -= 1;
            }
          };
          await Promise.all([task(), task(), task()]);
          if (value !== 9) throw new Error(`lost: ${value}`);
        },
        { order, scope: "all", runs: 200 },
      );
      expect(exploration.failure?.error).toBeUndefined();
    }
  });
});
