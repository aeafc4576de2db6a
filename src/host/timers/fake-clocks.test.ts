import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import FakeTimers from "@sinonjs/fake-timers";
import { afterEach, describe, expect, test } from "vitest";
import { explore, type BodyContext, type ExploreOptions } from "../../index.ts";

const GLOBALS = ["setTimeout", "setImmediate", "setInterval", "clearTimeout", "Date", "queueMicrotask", "performance", "Intl"] as const;
// Not `process.nextTick`: vitest puts its own in place around each message that it sends.
const present = (): readonly unknown[] => [...GLOBALS.map((key) => globalThis[key]), process.hrtime];

async function passes(body: (context: BodyContext) => unknown, options: ExploreOptions = {}): Promise<void> {
  const { failure, uncontrolled } = await explore(body, { runs: 60, ...options });
  expect([failure?.sentence, failure?.error, uncontrolled]).toEqual([undefined, undefined, []]);
}

/** A search as one types: whichever answer comes last is shown. */
class Search {
  shown = "";
  readonly answers: Promise<void>[] = [];
  private readonly load: (text: string) => Promise<string>;
  private readonly isNewest: (text: string) => boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(load: (text: string) => Promise<string>, isNewest: (text: string) => boolean) {
    this.load = load;
    this.isNewest = isNewest;
  }

  type(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.answers.push(this.load(text).then((answer) => {
        if (this.isNewest(text)) this.shown = answer;
      }));
    }, 200);
  }
}

const searching = (isNewest: (text: string) => boolean) => async ({ io }: BodyContext): Promise<void> => {
  const clock = FakeTimers.install();
  const search = new Search(io("load", (text: string) => `answer ${text}`), isNewest);
  for (const text of ["a", "b"]) {
    search.type(text);
    await clock.tickAsync(200);
  }
  await Promise.all(search.answers);
  expect(search.shown).toBe("answer b");
};

/** Compared by identity: vitest would look into them. */
function isPresent(before: readonly unknown[]): boolean {
  return present().every((value, at) => value === before[at]);
}

afterEach(() => {
  expect((globalThis.Date as { isFake?: boolean }).isFake).not.toBe(true);
});

describe("fake timers in a body", () => {
  test("stay the test's, and what is beside them is explored", async () => {
    const before = present();
    const { failure } = await explore(searching(() => true), { order: "production" });
    expect(failure?.sentence).toBe('answers out of order: load("b"), asked later, was answered before load("a")');
    expect((await explore(searching(() => true), { seed: failure!.seed })).failure?.sentence).toBe(failure!.sentence);
    await passes(searching((text) => text === "b"), { order: "production" });
    expect(isPresent(before)).toBe(true);
  });

  test("fire when the test says so, whatever else is under way", async () => {
    for (const order of ["production", "latency"] as const) {
      await passes(async ({ io, sleep, now }) => {
        const clock = FakeTimers.install({ now: 5, toFake: ["setTimeout", "Date"] });
        const log: unknown[] = [];
        setTimeout(() => log.push(Date.now()), 10);
        await Promise.all([io("a")(), io("b")(), sleep(500)]);
        expect([log, now()]).toEqual([[], 500]);
        clock.tick(10);
        expect(log).toEqual([15]);
      }, { order });
    }
  });

  test.each(["tickAsync", "runAllAsync", "runToLastAsync", "nextAsync"] as const)("%s waits for a turn of the execution's own", async (method) => {
    await passes(async ({ io, spawn }) => {
      const clock = FakeTimers.install();
      let answer = "";
      setTimeout(async () => (answer = await Promise.resolve("answer")), 30);
      spawn("reader", io("read"));
      await clock[method](30);
      expect(answer).toBe("answer");
    }, { order: "production" });
  });

  test("advance by the body's clock, where they shall", async () => {
    await passes(async ({ io }) => {
      FakeTimers.install({ shouldAdvanceTime: true, toFake: ["setTimeout", "Date"] });
      const startedAt = Date.now();
      await Promise.all([io("read")(), new Promise((resolve) => setTimeout(resolve, 100))]);
      expect(Date.now() - startedAt).toBe(100);
    }, { order: "production" });
  });

  test("are gone in the next execution, also where the body fails or hangs", async () => {
    const before = present();
    for (const end of [() => { throw new Error("on purpose"); }, () => new Promise(() => undefined)]) {
      const { failure } = await explore(async ({ io }) => {
        FakeTimers.install();
        await io("step")();
        await end();
      });
      expect(failure?.kind).not.toBe("nondeterministic");
      expect((failure!.error as Error).message).not.toContain("Can't install fake timers twice");
      expect(isPresent(before)).toBe(true);
    }
  });

  test("are given back by their own hands within the body: what comes then is the body's clock", async () => {
    await passes(async ({ io, now }) => {
      const clock = FakeTimers.install();
      await io("step")();
      clock.uninstall();
      const startedAt = now();
      await new Promise((resolve) => setTimeout(resolve, 70));
      expect(now() - startedAt).toBe(70);
    });
  });
});

test("fake timers that were installed before are found by each execution as they stood", async () => {
  const clock = FakeTimers.install({ now: 100 });
  const fired: number[] = [];
  setTimeout(() => fired.push(Date.now()), 10);
  try {
    await passes(async ({ io }) => {
      fired.length = 0;
      expect([Date.now(), clock.countTimers()]).toEqual([100, 1]);
      await Promise.all([io("a")(), io("b")()]);
      clock.tick(20);
      setTimeout(() => undefined, 5);
      expect(fired).toEqual([110]);
    });
    expect(clock.now).toBe(100);
  } finally {
    clock.uninstall();
  }
});

describe("fake timers that were loaded before heddle", () => {
  /** Explores a body that waits by fake timers, in a process that loads them first, and prints what comes of it. */
  function ran(imported: string, body: string): string {
    const script = `${imported}
      import { explore } from "./dist/index.js";
      const { verdict, uncontrolled } = await explore(async ({ io }) => { ${body} }, { order: "production", runs: 20 }).catch((error) => ({ verdict: error.message, uncontrolled: [] }));
      console.log(verdict, uncontrolled.length);`;
    return execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: fileURLToPath(new URL("../../..", import.meta.url)), encoding: "utf8" });
  }
  const waits = "setTimeout(io('load'), 5); await clock.tickAsync(10); clock.uninstall(); const from = Date.now(); await new Promise((r) => setTimeout(r, 50)); if (Date.now() - from !== 50) throw new Error('time');";

  test("are made of heddle's functions", () => {
    expect(ran('import FakeTimers from "@sinonjs/fake-timers";', `const clock = FakeTimers.install(); ${waits}`)).toBe("passed 0\n");
  });

  test("are refused, where they cannot be and wait", () => {
    const imported = 'import { install } from "@sinonjs/fake-timers";';
    expect(ran(imported, `const clock = install(); ${waits}`)).toMatch(/^the fake timers of the body were made before heddle was loaded: .* Import heddle first .*\[FAKE_TIMERS\] 0$/m);
    expect(ran(imported, "const clock = install(); setTimeout(io('load'), 5); clock.tick(10);")).toBe("passed 0\n");
  });

  test("are refused, where they were installed by then", () => {
    const imported = 'import FakeTimers from "@sinonjs/fake-timers"; FakeTimers.install(); const { explore } = await import("./dist/index.js");';
    const script = `${imported} console.log(await explore(async () => undefined).catch((error) => error.message));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: fileURLToPath(new URL("../../..", import.meta.url)), encoding: "utf8" });
    expect(printed).toMatch(/^fake timers were installed when heddle was loaded, .*\[FAKE_TIMERS\]$/m);
  });
});
