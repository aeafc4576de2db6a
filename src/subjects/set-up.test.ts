import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explore, type BodyContext } from "heddle";
import { describe, expect, test } from "vitest";

const orders = ["production", "latency", "chaos"] as const;

/** The same body, with or without a set-up of several steps. */
async function lost({ io, spawn, setup }: BodyContext, hasSetUp: boolean): Promise<void> {
  let value = 0;
  const load = io("db.load", () => value);
  const save = io("db.save", (next: number) => void (value = next));
  if (hasSetUp) {
    const rows = await setup(async () => {
      await Promise.all([io("open", () => 1)(), io("create", () => 2)(), new Promise((resolve) => setTimeout(resolve, 10))]);
      return "rows";
    });
    expect(rows).toBe("rows");
  }
  const add = async (): Promise<void> => void (await save((await load()) + 1));
  await Promise.all([spawn("one", add), spawn("two", add)]);
  if (value !== 2) throw new Error("lost update");
}

describe("setup", () => {
  test.each(orders)("makes no decisions under %s: an exhaustive search has as many schedules with it as without", async (order) => {
    const passing = async ({ setup, io, spawn }: BodyContext, hasSetUp: boolean): Promise<void> => {
      if (hasSetUp) await setup(() => Promise.all([io("a", () => 1)(), io("b", () => 1)()]));
      await Promise.all([spawn("one", io("c", () => 1)), spawn("two", io("d", () => 1))]);
    };
    const plain = await explore((context) => passing(context, false), { order, strategy: "exhaustive" });
    const setUp = await explore((context) => passing(context, true), { order, strategy: "exhaustive" });
    expect(setUp).toMatchObject({ verdict: "passed", complete: true });
    expect(setUp.runs).toBeGreaterThan(1);
    expect(plain.complete).toBe(true);
    // The await of the set-up itself is one step more, and nothing to decide.
    expect(setUp.runs).toBe(plain.runs);
  });

  test.each(orders)("a failure behind it is found under %s, replays, and its timeline begins behind it", async (order) => {
    const { failure } = await explore((context) => lost(context, true), { order, name: "set up" });
    expect(failure?.error).toMatchObject({ message: "lost update" });
    const labels = failure!.timeline.steps.map(({ label }) => label);
    expect(labels).not.toContain("open");
    expect(labels).not.toContain("create");
    expect((await explore((context) => lost(context, true), { seed: failure!.seed, name: "set up" })).failure?.error).toMatchObject({ message: "lost update" });
  });

  test("real I/O is part of it", async () => {
    const body = async ({ setup, spawn }: BodyContext): Promise<void> => {
      const { folder, text } = await setup(async () => {
        const made = await mkdtemp(join(tmpdir(), "heddle-set-up-"));
        await writeFile(join(made, "a"), "hello");
        return { folder: made, text: await readFile(join(made, "a"), "utf8") };
      });
      await spawn("one", () => expect(text).toBe("hello"));
      await rm(folder, { recursive: true });
    };
    expect(await explore(body, { runs: 3, order: "production" })).toMatchObject({ verdict: "passed" });
  });

  test("two may come one after the other, and what one throws is the body's to catch", async () => {
    const exploration = await explore(async ({ setup }) => {
      expect([await setup(() => 1), await setup(async () => 2)]).toEqual([1, 2]);
      await expect(setup(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    });
    expect(exploration.verdict).toBe("passed");
  });

  test.each<[string, (context: BodyContext) => unknown, string]>([
    ["nothing", ({ setup }) => setup(undefined as never), "setup(fn) takes a function"],
    ["within another", ({ setup }) => setup(() => setup(() => 1)), "setup(fn) was called while a set-up runs"],
    ["beside another", ({ setup }) => Promise.all([setup(() => Promise.resolve(1)), setup(() => 1)]), "setup(fn) was called while a set-up runs"],
    ["in a task", ({ setup, spawn }) => spawn("one", () => setup(() => 1)), 'setup(fn) was called in the task "one"'],
    ["too late", async ({ setup, io }) => setup(async () => Promise.all([io("a", () => 1)(), io("b", () => 1)()]).then(() => Promise.all([io("c", () => 1)(), io("d", () => 1)()]))).then(() => Promise.all([io("e", () => 1)(), io("f", () => 1)()])).then(() => setup(() => 1)), "setup(fn) was called when something had been decided already"],
  ])("%s: an error that says so", async (_name, body, message) => {
    const { failure } = await explore(body, { order: "production" });
    expect((failure!.error as Error).message).toContain(message);
    expect(failure?.error).toMatchObject({ code: "BAD_SUBJECT" });
  });

  test("one without an end is a livelock that says so", async () => {
    const { failure } = await explore(({ setup }) => setup(async () => { for (;;) await new Promise((resolve) => setTimeout(resolve, 1)); }), { maxSteps: 100, runs: 1 });
    expect(failure?.error).toMatchObject({ message: "livelock: the set-up has not ended after 100 steps (maxSteps: 100)" });
  });
});
