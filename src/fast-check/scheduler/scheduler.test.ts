/** What fast-check documents of its `Scheduler`, in heddle's. */
import * as fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { cases, law } from "../../../properties/support/cases.ts";
import { scheduler, schedulerFor } from "heddle/fast-check";
import { pasted } from "./pasted.test-helper.ts";

const order = (...ids: number[]): fc.Scheduler => schedulerFor(ids);
const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe("a task starts at once, and only what it comes to is held", () => {
  test("by a function: nothing is released before a wait", async () => {
    const s = order(1);
    const seen: string[] = [];
    const load = s.scheduleFunction(async function load(id: number) {
      seen.push(`begun ${id}`);
      return id * 2;
    });
    const loaded = load(4).then((value) => seen.push(`loaded ${value}`));
    await macrotask();
    expect({ seen, count: s.count() }).toEqual({ seen: ["begun 4"], count: 1 });
    await s.waitOne();
    await loaded;
    expect({ seen, count: s.count() }).toEqual({ seen: ["begun 4", "loaded 8"], count: 0 });
  });

  test("what a function throws at once, it throws; a rejection that is held is heard", async () => {
    const s = order(2, 1);
    const thrower = s.scheduleFunction((): Promise<void> => {
      throw new Error("at once");
    });
    expect(thrower).toThrow("at once");
    const failed = s.schedule(Promise.reject(new Error("held")), "one");
    const done = s.schedule(Promise.resolve(5), "two");
    const heard = expect(failed).rejects.toThrow("held");
    await macrotask();
    await s.waitAll();
    await heard;
    expect(await done).toBe(5);
  });

  test("whoever hears of a rejection behind the wait is in time", async () => {
    const s = order(1);
    const failed = s.schedule(Promise.reject(new Error("late")));
    await s.waitIdle();
    await expect(failed).rejects.toThrow("late");
  });
});

describe("waits", () => {
  test("waitOne throws at once where nothing is held", () => {
    expect(() => order().waitOne()).toThrow("No task scheduled");
  });

  test("waitAll and waitIdle release what is scheduled meanwhile too, however late that is", async () => {
    for (const wait of ["waitAll", "waitIdle"] as const) {
      const s = order(1, 2, 3);
      const seen: number[] = [];
      const chain = async (id: number): Promise<void> => {
        for (let tick = 0; tick < 60; tick += 1) await undefined;
        if (id > 3) return;
        await s.schedule(Promise.resolve(), `step ${id}`);
        seen.push(id);
        await chain(id + 1);
      };
      void chain(1);
      await s[wait]();
      expect(seen).toEqual([1, 2, 3]);
    }
  });

  test("waitNext releases as many as it is told, and waits for those that come", async () => {
    const s = order(1, 2, 3);
    const seen: number[] = [];
    for (const id of [1, 2]) void s.schedule(Promise.resolve(id)).then((value) => seen.push(value));
    await s.waitNext(0);
    expect(seen).toEqual([]);
    const three = s.waitNext(3);
    await macrotask();
    expect(seen).toEqual([1, 2]);
    void s.schedule(Promise.resolve(3)).then((value) => seen.push(value));
    void s.schedule(Promise.resolve(4)).then((value) => seen.push(value));
    await three;
    expect({ seen, left: s.count() }).toEqual({ seen: [1, 2, 3], left: 1 });
  });

  test("waitFor releases no more than its promise needs, and forwards what it comes to", async () => {
    const s = order(2, 1, 3);
    const two = s.schedule(Promise.resolve("two"), "unused").then(() => s.schedule(Promise.resolve("second"), "needed"));
    void s.schedule(Promise.resolve(), "other");
    expect(await s.waitFor(two)).toBe("second");
    expect(s.report().map(({ label, status }) => `${label} ${status}`)).toEqual(["other resolved", "unused resolved", "needed resolved"]);
    const failing = s.schedule(Promise.resolve()).then(() => Promise.reject(new Error("no")));
    failing.catch(() => undefined);
    await expect(s.waitFor(Promise.reject(new Error("own")))).rejects.toThrow("own");
    expect(s.count()).toBe(1);
  });

  test("waitFor waits for tasks that are not scheduled yet", async () => {
    const s = order(1);
    const late = macrotask().then(() => s.schedule(Promise.resolve("late")));
    expect(await s.waitFor(late)).toBe("late");
  });

  test("two waits at a time: each releases, one release at a time", async () => {
    const s = order(1, 2);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = s.waitFor(gate);
    void s.schedule(Promise.resolve(), "one");
    void s.schedule(Promise.resolve(), "two");
    await s.waitAll();
    await s.waitIdle();
    open();
    await first;
    expect(s.count()).toBe(0);
  });
});

describe("sequences", () => {
  test("an item begins when it is released, and the next one is scheduled when it has ended", async () => {
    const s = order(1, 3, 2);
    const seen: string[] = [];
    const item = (name: string) => ({ label: name, metadata: { name }, builder: async () => (seen.push(`${name} begins`), await undefined, seen.push(`${name} ends`)) });
    const sequence = s.scheduleSequence([item("a"), item("b")]);
    void s.schedule(Promise.resolve(), "c").then(() => seen.push("c"));
    expect(seen).toEqual([]);
    await s.waitAll();
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c"]);
    expect(sequence).toMatchObject({ done: true, faulty: false });
    expect(await sequence.task).toEqual({ done: true, faulty: false });
    expect(s.report()[0]).toMatchObject({ schedulingType: "sequence", label: "a", metadata: { name: "a" } });
  });

  test("one that fails, at once too, ends there: it is faulty, and its task does not reject", async () => {
    for (const fail of [() => Promise.reject(new Error("x")), () => { throw new Error("x"); }]) {
      const s = order(1, 2);
      let went = false;
      const { task } = s.scheduleSequence([fail, async () => void (went = true)]);
      await s.waitAll();
      expect(await task).toEqual({ done: false, faulty: true });
      expect(went).toBe(false);
    }
  });

  test("an empty one is done", async () => {
    const sequence = order().scheduleSequence([]);
    expect(sequence.done).toBe(true);
    expect(await sequence.task).toEqual({ done: true, faulty: false });
  });
});

describe("act", () => {
  test("runs around each release: the scheduler's, then the wait's, then the task's; what follows is within", async () => {
    const seen: string[] = [];
    const act = (name: string) => async (release: () => Promise<void>): Promise<void> => {
      seen.push(`${name} {`);
      await release();
      seen.push(`} ${name}`);
    };
    const s = schedulerFor([1, 2, 3], { act: act("own") });
    void s.schedule(Promise.resolve(), "", undefined, act("task")).then(async () => {
      for (let tick = 0; tick < 60; tick += 1) await undefined;
      seen.push("followed");
    });
    await s.waitAll(act("wait"));
    expect(seen).toEqual(["own {", "wait {", "task {", "followed", "} task", "} wait", "} own"]);
    const { task } = s.scheduleSequence([async () => undefined], act("sequence"));
    void s.scheduleFunction(async () => undefined, act("function"))();
    seen.length = 0;
    await s.waitFor(task);
    await s.waitNext(1);
    expect(seen.filter((line) => line.endsWith("{"))).toEqual(["own {", "sequence {", "own {", "function {"]);
  });

  test("one that fails ends the wait", async () => {
    const s = schedulerFor([1], { act: () => Promise.reject(new Error("not wrapped")) });
    await expect(s.waitFor(s.schedule(Promise.resolve()))).rejects.toThrow("not wrapped");
  });
});

describe("schedulerFor", () => {
  test("says what does not fit, and no wait hangs", async () => {
    const s = order(7);
    void s.schedule(Promise.resolve());
    await expect(s.waitFor(new Promise(() => undefined))).rejects.toThrow("Invalid schedulerFor defined: unable to find next task");
    const short = schedulerFor()`-> [task${1}] promise resolved`;
    void short.schedule(Promise.resolve());
    void short.schedule(Promise.resolve());
    await expect(short.waitAll()).rejects.toThrow("Invalid schedulerFor defined: too many tasks have been scheduled");
    expect(() => short.waitOne()).toThrow("too many tasks");
  });

  test("reads what it prints, whatever stands in labels and values", async () => {
    const s = order(3, 1);
    const run = (on: fc.Scheduler): Promise<unknown> => {
      for (const label of ["plain", "", "odd ` ${x} \\ \r"]) void on.schedule(Promise.resolve(`\`${label}`), label);
      return on.waitNext(2);
    };
    await run(s);
    const text = s.toString();
    expect(text.split("\n").slice(0, 2)).toEqual(["schedulerFor()`", expect.stringContaining("-> [task${3}] promise::odd \\` \\${x} ")]);
    expect(text).toContain('-> [task${1}] promise::plain resolved with value "\\`plain"\n-> [task${2}] promise pending`');
    const again = pasted(text);
    await run(again);
    expect(again.toString()).toBe(text);
    expect(fc.stringify(again)).toBe(text);
  });

  test("a task that was released and has not settled stands where it was released", async () => {
    const s = order(2, 1);
    const never = s.schedule(new Promise(() => undefined), "never");
    void s.schedule(Promise.resolve(), "done");
    await s.waitNext(1);
    void s.waitOne();
    expect(s.toString()).toBe("schedulerFor()`\n-> [task${2}] promise::done resolved\n-> [task${1}] promise::never pending`");
    void never;
  });
});

describe("a wait that can never end says so", () => {
  test.each([
    ["nothing is held", (s: fc.Scheduler) => s.waitFor(s.schedule(Promise.resolve(1), "first").then(() => new Promise(() => undefined))), /waitFor\(promise\) waits for ever: no task is held.*\ntasks so far:\n {2}\[task\$\{1\}\] promise::first resolved with value 1/],
    ["a task never settles", (s: fc.Scheduler) => (void s.schedule(new Promise(() => undefined), "stuck"), s.waitAll()), /waitAll\(\) waits for ever: a task was released.*\n.*\n {2}\[task\$\{1\}\] promise::stuck pending {2}\(released\)/],
    ["nothing is scheduled", (s: fc.Scheduler) => s.waitNext(1), /waitNext\(1\) waits for ever: .*no task was scheduled at all/],
  ])("%s", async (_name, wait, message) => {
    const failed = await wait(schedulerFor([1])).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(failed).toMatchObject({ name: "DeadlockError", message: expect.stringMatching(message) as string });
    expect(failed?.stack).toContain("scheduler.test.ts");
  });

  test("a timer that is longer than the patience is waited for, whatever others were set before and have fired since", async () => {
    setTimeout(() => undefined, 20);
    const s = order(1);
    const slow = new Promise((resolve) => setTimeout(resolve, 1300)).then(() => s.schedule(Promise.resolve("slow")));
    expect(await s.waitFor(slow)).toBe("slow");
  });
});

test("has fast-check's own types", () => {
  interface Meta { readonly id: number }
  expectTypeOf(scheduler<Meta>).toExtend<typeof fc.scheduler<Meta>>();
  expectTypeOf(scheduler()).toEqualTypeOf<fc.Arbitrary<fc.Scheduler>>();
  expectTypeOf(schedulerFor).toExtend<typeof fc.schedulerFor>();
  expectTypeOf(schedulerFor<Meta>([1]).report).returns.toEqualTypeOf<fc.SchedulerReportItem<Meta>[]>();
});

test("whatever is scheduled, all of it is released once, and the printed schedule gives it again", law(), async () => {
  const lengths = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });
  const run = async (s: fc.Scheduler, chains: readonly number[]): Promise<string[]> => {
    const seen: string[] = [];
    const chain = async (name: number, length: number): Promise<void> => {
      for (let step = 0; step <= length; step += 1) {
        await s.schedule(Promise.resolve(), `${name}.${step}`);
        seen.push(`${name}.${step}`);
      }
    };
    for (const [name, length] of chains.entries()) void chain(name, length);
    await s.waitAll();
    return seen;
  };
  await fc.assert(
    fc.asyncProperty(scheduler(), lengths, async (s, chains) => {
      const seen = await run(s, chains);
      expect(new Set(seen).size).toBe(chains.reduce((sum, length) => sum + length + 1, 0));
      const again = pasted(s);
      expect(await run(again, chains)).toEqual(seen);
    }),
    cases(50),
  );
});
