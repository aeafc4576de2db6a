/** Failures whose cause nothing declares: what is told of them comes from experiments. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { realNow } from "../host/natives.ts";
import type { Body, BodyContext } from "../subjects/body-context.ts";
import { explore } from "./explore.ts";
import type { Failure } from "./exploration.ts";

const options = { runs: 1000, shrinkMs: 60_000, corpus: false } as const;

async function failureOf(name: string, body: Body): Promise<Failure> {
  const { failure } = await explore(body, { ...options, name });
  expect(failure).toBeDefined();
  return failure!;
}

describe("the cause of a failure", () => {
  test("is told without the tasks that took no part in it", async () => {
    const failure = await failureOf("noise", ({ spawn, io }) => {
      let isOpen = true;
      const step = io("step", () => undefined);
      const close = io("close", () => {
        isOpen = false;
      });
      for (let number = 1; number < 4; number += 1) {
        spawn(`noise ${number}`, async () => {
          for (let turn = 0; turn < 4; turn += 1) await step();
        });
      }
      spawn("report", async () => {
        await step();
        await step();
        if (!isOpen) throw new Error("used after close");
      });
      spawn("logout", async () => {
        for (let turn = 0; turn < 3; turn += 1) await step();
        await close();
      });
    });
    expect(failure.sentence).toBe("use after close: close() was asked by logout before the 2nd step(), asked by report, was answered");
    const { cause } = failure.timeline;
    expect(cause?.constraints).toHaveLength(1);
    expect(cause?.constraints[0]?.kept.failed).toBe(cause?.constraints[0]?.kept.of);
    expect(cause?.constraints[0]?.broken.failed).toBe(0);
    expect(failure.toString()).toContain("measured: of executions that keep this order");
  }, 60_000);

  test("is not a pattern that the passing order has as well", async () => {
    const failure = await failureOf("tabs", async ({ io, spawn }) => {
      let number = 0;
      const get = io("storage.get", () => "old");
      const post = io("POST token", () => (number += 1));
      const stored: number[] = [];
      const tab = (name: string) =>
        spawn(name, async () => {
          await get();
          stored.push(await post());
        });
      await Promise.all([tab("A"), tab("B")]);
      if (stored[0]! > stored[1]!) throw new Error("the older token was stored last");
    });
    expect(failure.sentence).toMatch(/^answers out of order: POST token, asked later by [AB], was answered before POST token, asked by [AB]/u);
  }, 60_000);

  test("is the answer that came while a later call was under way, and not two requests whose order does not matter", async () => {
    const failure = await failureOf("query", ({ io, spawn }) => {
      let status = "idle";
      let latest = 0;
      let pending = 0;
      const load = async (): Promise<void> => {
        const mine = (latest += 1);
        status = "loading";
        pending = mine;
        await io(`GET ${mine}`)();
        if (pending === mine) pending = 0;
        status = "idle";
      };
      spawn("page", load);
      spawn("mutation", async () => {
        await io("PATCH")();
        await load();
      });
      spawn("viewer", async () => {
        for (let turn = 0; turn < 3; turn += 1) {
          await io("look")();
          if (pending !== 0 && status !== "loading") throw new Error("under way, and idle");
        }
      });
    });
    expect(failure.sentence).toContain("GET 1, asked by page, was answered while GET 2, asked later by mutation, was under way");
  }, 60_000);

  test("is looked for in an order that passes, where plain JavaScript's fails", async () => {
    const failure = await failureOf("plain", async ({ io, spawn }) => {
      let count = 0;
      const get = io("get", () => count);
      const set = io("set", (value: number) => {
        count = value;
      });
      const add = async (): Promise<void> => set((await get()) + 1);
      await Promise.all([spawn("one", add), spawn("two", add)]);
      if (count !== 2) throw new Error(`count is ${count}`);
    });
    expect(failure.deviations).toEqual([]);
    expect(failure.sentence).toBe("check-then-act: one and two both got 0 from get() before either called set");
    expect(failure.timeline.cause?.passing).toBeDefined();
  }, 60_000);

  test("is no race where every order fails", async () => {
    const failure = await failureOf("always", async ({ io }) => {
      const get = io("get", () => 1);
      const values = await Promise.all([get(), get()]);
      throw new Error(`the sum is ${values.length}`);
    });
    expect(failure.sentence).toMatch(/^fails in every order that was tried \(\d+ at random\): no order of events makes the difference; in all of them get\(\)/u);
    expect(failure.timeline.cause?.passing).toBeUndefined();
  }, 60_000);

  test("is not looked for where nobody wants it", async () => {
    const { failure } = await explore(async ({ io }) => {
      await io("get")();
      throw new Error("broken");
    }, { ...options, explain: false });
    expect(failure?.timeline.cause).toBeUndefined();
  });
});

describe("the lanes and lines of a report", () => {
  test("each call of one async function has one lane at most, though none was spawned", async () => {
    const failure = await failureOf("prices", async ({ io }) => {
      let loads = 0;
      const cache = new Map<string, number>();
      const load = io("prices.load", async (_key: string) => {
        loads += 1;
        return 42;
      });
      async function get(key: string): Promise<number> {
        const known = cache.get(key);
        if (known !== undefined) return known;
        const price = await load(key);
        cache.set(key, price);
        return price;
      }
      await Promise.all([get("a"), get("a"), get("a")]);
      if (loads !== 1) throw new Error(`${loads} loads`);
    });
    const { tasks, steps } = failure.timeline;
    expect(tasks.length).toBeLessThanOrEqual(4);
    const lanes = new Map(steps.map(({ event, task }) => [event, task]));
    for (const { notes, task } of steps) {
      for (const note of notes) if (note.type === "answer") expect(task).toBe(lanes.get(note.call!));
    }
    expect(failure.sentence).toMatch(/prices\.load\("a"\) \(cause\.test\.ts:\d+\) is asked 3 times before it is first answered$/u);
  }, 60_000);

  test("a function that only hands operations on is not the line that counts", async () => {
    const failure = await failureOf("handed on", async ({ io }) => {
      const op = (name: string, action?: () => unknown): Promise<unknown> => io(name, async () => action?.())();
      let isOpen = true;
      async function reading(): Promise<void> {
        await op("read");
        if (!isOpen) throw new Error("closed");
      }
      async function closing(): Promise<void> {
        await op("close", () => {
          isOpen = false;
        });
      }
      await Promise.all([reading(), closing()]);
    });
    const { steps } = failure.timeline;
    const lines = steps.filter(({ kind }) => kind === "request").map(({ site }) => site?.functionName);
    expect(lines).toEqual(expect.arrayContaining(["reading", "closing"]));
  }, 60_000);

  test("nor is one that hands them on to such a function, and no task is named after it", async () => {
    const failure = await failureOf("handed on twice", async ({ io }) => {
      let pending = 0;
      const bare = (name: string, action?: () => unknown): Promise<unknown> => io(name, async () => action?.())();
      const counted = async (name: string, action?: () => unknown): Promise<unknown> => {
        pending += 1;
        try {
          return await bare(name, action);
        } finally {
          pending -= 1;
        }
      };
      let isOpen = true;
      async function reading(): Promise<void> {
        await counted("read");
        if (!isOpen) throw new Error("closed");
      }
      async function closing(): Promise<void> {
        await counted("close", () => {
          isOpen = false;
        });
      }
      await Promise.all([reading(), closing()]);
    });
    const { steps, tasks } = failure.timeline;
    expect(steps.filter(({ kind }) => kind === "request").map(({ site }) => site?.functionName)).toEqual(expect.arrayContaining(["reading", "closing"]));
    expect(tasks.map(({ name }) => name)).not.toContain("counted");
  }, 60_000);

  test("a method of a fake is told by who called the package that called it, and by the package's line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fakes-"));
    try {
      const own = join(folder, "node_modules/translations");
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, "package.json"), '{ "name": "translations", "type": "module", "main": "index.js" }');
      writeFileSync(join(own, "index.js"), "export class Translations {\n  constructor(backend) { this.backend = backend; }\n  change(language) {\n    return this.backend.load(language).then(() => { this.language = language; });\n  }\n}\n");
      writeFileSync(join(folder, "body.mjs"), [
        'import { Translations } from "translations";',
        "export default async ({ io }) => {",
        "  const backend = { load(language) { return io(`http.${language}`, () => undefined)(); } };",
        "  const translations = new Translations(backend);",
        '  const first = translations.change("de");',
        '  const second = translations.change("fr");',
        "  await Promise.all([first, second]);",
        '  if (translations.language !== "fr") throw new Error("not the last one");',
        "};",
      ].join("\n"));
      const { default: body } = (await import(/* @vite-ignore */ pathToFileURL(join(folder, "body.mjs")).href)) as { readonly default: Body };
      const failure = await failureOf("fake", body);
      expect(failure.sentence).toMatch(/^answers out of order: http\.fr\(\), asked later.*, was answered before http\.de\(\)/);
      const requests = failure.timeline.steps.filter(({ kind }) => kind === "request");
      expect(requests.map(({ site }) => site?.line).sort()).toEqual([5, 6]);
      expect(requests.map(({ inner }) => inner?.line)).toEqual([4, 4]);
      expect(failure.toString()).toContain("‹translations/index.js:4");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

test("a schedule that could not be shrunk is not called the cause", async () => {
  const { failure } = await explore(({ spawn, io }) => {
    const step = io("step", () => undefined);
    let [left, right] = [0, 0];
    for (let number = 0; number < 4; number += 1) {
      spawn(`walker ${number}`, async () => {
        for (let turn = 0; turn < 6; turn += 1) {
          await step();
          if (number === 0) left += 1;
          if (number === 3) right += 1;
          if (right - left > 3) throw new Error("far ahead");
        }
      });
    }
  }, { runs: 2000, strategy: "random", order: "production", shrinkMs: 1, explain: false, corpus: false, name: "cut" });
  const report = failure!.toString();
  if (failure!.deviations.length > 1) {
    expect(report).toContain("warning: shrinking was cut short");
    expect(report).toContain("Raise `shrinkMs`");
    expect(failure!.sentence).not.toMatch(/walker/u);
  }
}, 60_000);

test("is found beside files that nobody else touches: what a search passes over has its place in a schedule", async () => {
  const pay = async (balance: { left: number }, amount: number): Promise<void> => {
    const before = balance.left;
    await readFile(import.meta.filename);
    balance.left = before - amount;
  };
  const failure = await failureOf("files", async ({ sleep }) => {
    const balance = { left: 100 };
    const first = pay(balance, 10);
    await sleep(90);
    await pay(balance, 20);
    await first;
    if (balance.left !== 70) throw new Error("an update is lost");
  });
  expect(failure.timeline.cause?.constraints).toHaveLength(1);
  expect(failure.sentence).toMatch(/timer of 90 ms fired .* before fs\.readFile.* was answered/);
});

test("what is measured of a failure does not depend on how fast the machine is", async () => {
  let spinMs = 0;
  const body = async ({ spawn, io, log }: BodyContext): Promise<void> => {
    const until = spinMs === 0 ? 0 : realNow() + spinMs;
    while (realNow() < until) continue;
    let stock = 0;
    const get = io("get", () => stock);
    const set = io("set", (to: number) => void (stock = to));
    const add = async (): Promise<void> => set((await get()) + 1);
    await Promise.all([spawn("one", add), spawn("two", add), spawn("three", add)]);
    log(`stock ${stock}`);
    if (stock !== 3) throw new Error(`stock is ${stock}`);
  };
  const report = async (): Promise<string> => (await explore(body, { ...options, name: "speed" })).failure!.toString();
  const fast = await report();
  spinMs = 0.3;
  expect(await report()).toBe(fast);
  expect(fast).toMatch(/^measured: /mu);
}, 60_000);
