import { explore, HeddleError, type Body, type ExploreOptions, type HeddleErrorCode, install, race, uninstall } from "heddle";
import FakeTimers from "@sinonjs/fake-timers";
import { afterEach, describe, expect, test, vi } from "vitest";

const idle: Body = async () => undefined;
const twoTasks: Body = async ({ spawn, io }) => {
  const step = io("step");
  spawn("a", async () => step());
  spawn("b", async () => step());
};

/** What the promise is rejected with, which has to be a HeddleError. */
async function misuse(promise: Promise<unknown>): Promise<HeddleError> {
  const reason: unknown = await promise.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(HeddleError);
  return reason as HeddleError;
}

/** The misuse of a body's context fails the execution: it is the body that is wrong, and it is shown where. */
async function misuseInBody(body: Body): Promise<HeddleError> {
  const { failure } = await explore(body, { order: "latency" });
  expect(failure?.error).toBeInstanceOf(HeddleError);
  return failure!.error as HeddleError;
}

function expectCode(error: HeddleError, code: HeddleErrorCode, ...parts: readonly (string | RegExp)[]): void {
  expect(error.code).toBe(code);
  expect(error.message.endsWith(` [${code}]`), error.message).toBe(true);
  for (const part of parts) expect(error.message).toMatch(part);
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("options", () => {
  const wrong: readonly (readonly [option: string, value: unknown, shown: string, takes: RegExp])[] = [
    ["runs", 0, "`runs` is 0", /whole number from 1/],
    ["runs", -1, "`runs` is -1", /whole number from 1/],
    ["runs", 1.5, "`runs` is 1.5", /whole number/],
    ["runs", Number.NaN, "`runs` is NaN", /whole number/],
    ["runs", Number.POSITIVE_INFINITY, "`runs` is Infinity", /whole number/],
    ["runs", "1000", '`runs` is "1000"', /whole number/],
    ["runs", null, "`runs` is null", /whole number/],
    ["timeMs", -1, "`timeMs` is -1", /milliseconds from 0/],
    ["timeMs", Number.NaN, "`timeMs` is NaN", /milliseconds from 0/],
    ["timeMs", "1s", '`timeMs` is "1s"', /milliseconds from 0/],
    ["seed", Number.NaN, "`seed` is NaN", /finite number or a text/],
    ["seed", Number.POSITIVE_INFINITY, "`seed` is Infinity", /finite number or a text/],
    ["seed", "", '`seed` is ""', /not empty/],
    ["seed", {}, "`seed` is", /a number or a text/],
    ["seed", true, "`seed` is true", /a number or a text/],
    ["order", "fifo", '`order` is "fifo"', /auto, production, latency, chaos/],
    ["order", "Production", '`order` is "Production"', /auto, production, latency, chaos/],
    ["order", ["latency"], "`order` is", /auto, production, latency, chaos/],
    ["scope", "mine", '`scope` is "mine"', /user, all/],
    ["scope", null, "`scope` is null", /user, all/],
    ["latencyMs", -5, "`latencyMs` is -5", /milliseconds from 0/],
    ["latencyMs", Number.NaN, "`latencyMs` is NaN", /milliseconds from 0/],
    ["latencyMs", "100", '`latencyMs` is "100"', /milliseconds from 0/],
    ["strategy", "pct!", '`strategy` is "pct!"', /auto/],
    ["strategy", {}, "`strategy` is", /`pick\(legal, decision\)`/],
    ["strategy", null, "`strategy` is null", /`pick\(legal, decision\)`/],
    ["strategy", () => undefined, "`strategy` is", /`pick\(legal, decision\)`/],
    ["bound", -1, "`bound` is -1", /whole number from 0/],
    ["bound", 0.5, "`bound` is 0.5", /whole number from 0/],
    ["shard", "0/4", '`shard` is "0/4"', /a text like "2\/4": the second of four parts/],
    ["shard", "5/4", '`shard` is "5/4"', /a text like "2\/4"/],
    ["shard", "half", '`shard` is "half"', /a text like "2\/4"/],
    ["shard", 2, "`shard` is 2", /a text like "2\/4"/],
    ["maxSteps", 0, "`maxSteps` is 0", /whole number from 1/],
    ["maxSteps", Number.POSITIVE_INFINITY, "`maxSteps` is Infinity", /whole number from 1/],
    ["leaks", "error", '`leaks` is "error"', /warn, fail, ignore/],
    ["leaks", true, "`leaks` is true", /warn, fail, ignore/],
    ["name", 7, "`name` is 7", /a text/],
    ["onProgress", "yes", '`onProgress` is "yes"', /a function/],
    ["replayCommand", 7, "`replayCommand` is 7", /a text/],
    ["signal", {}, "`signal` is", /AbortSignal/],
  ];

  test.for(wrong)("%s: %o is refused, with what it takes", async ([option, value, shown, takes]) => {
    const error = await misuse(explore(idle, { [option]: value } as ExploreOptions));
    expectCode(error, "BAD_OPTION", takes);
    expect(error.message).toContain(shown);
  });

  test("an option that does not exist is refused, with those that do", async () => {
    const error = await misuse(explore(idle, { run: 5 } as ExploreOptions));
    expectCode(error, "BAD_OPTION", /no option `run`/, /runs, timeMs, seed/);
  });

  test.for(["random", "pct", "pctcp", "pos", "urw", "surw"] as const)("a bound that %s would not keep to is refused, with those that do", async (strategy) => {
    expectCode(await misuse(explore(idle, { bound: 2, strategy })), "BAD_OPTION", new RegExp(`\`bound\` is 2, and \`${strategy}\` keeps to none`), /one of auto, deviations, exhaustive, fifo/);
  });

  test("a bound or a shard with a strategy of one's own is refused; HEDDLE_SHARD leaves it whole", async () => {
    const strategy = { name: "own", pick: <Event>(legal: readonly Event[]) => legal[0]! };
    expectCode(await misuse(explore(idle, { bound: 0, strategy })), "BAD_OPTION", /`bound` is 0, and the strategy "own" keeps to none/);
    expectCode(await misuse(explore(idle, { shard: "1/2", strategy })), "BAD_OPTION", /the strategy "own" is one of your own, which heddle cannot split/);
    vi.stubEnv("HEDDLE_SHARD", "1/2");
    expect((await explore(idle, { strategy, runs: 3 })).summary).not.toMatch(/shard/);
    expect((await explore(idle)).summary).toMatch(/^shard 1\/2: /);
  });

  test.for([undefined, null, 5, "body", {}, [idle]])("a body that is no function is refused: %o", async (body) => {
    expectCode(await misuse(explore(body as unknown as Body)), "BAD_OPTION", /the first argument is the body, a function/);
    expectCode(await misuse(race(body as unknown as Body)), "BAD_OPTION", /the body, a function/);
  });

  test.for([null, 5, "fast"])("options that are no object are refused: %o", async (options) => {
    expectCode(await misuse(explore(idle, options as unknown as ExploreOptions)), "BAD_OPTION", /options/);
  });

  test("an option that is `undefined` counts as absent", async () => {
    const { verdict } = await explore(idle, { runs: undefined, order: undefined, strategy: undefined } as unknown as ExploreOptions);
    expect(verdict).toBe("passed");
  });

  test.for([
    ["HEDDLE_RUNS", "many", /HEDDLE_RUNS.*whole number from 1/],
    ["HEDDLE_RUNS", "-3", /HEDDLE_RUNS.*-3.*whole number from 1/],
    ["HEDDLE_SHARD", "3/2", /shard.*"3\/2".*the second of four/],
    ["HEDDLE_ORDER", "prod", /order.*"prod".*auto, production, latency, chaos/i],
    ["HEDDLE_LATENCY", "1s", /HEDDLE_LATENCY.*NaN.*milliseconds from 0/],
    ["HEDDLE_LATENCY", "-5", /HEDDLE_LATENCY.*-5.*milliseconds from 0/],
    ["HEDDLE_STRATEGY", "best", /strategy.*"best".*auto/i],
    ["HEDDLE_SEED", "hd1broken", /"hd1broken" is not a seed/],
  ] as const)("the environment is checked as the options are: %s=%s", async ([variable, value, message]) => {
    vi.stubEnv(variable, value);
    const error = await misuse(explore(idle, { name: "some test" }));
    expect(error.message).toMatch(message);
  });
});

describe("one exploration at a time", () => {
  test("a race inside a race is refused, where it stands", async () => {
    const error = await misuseInBody(async () => {
      await race(idle);
    });
    expectCode(error, "NESTED_RACE", /called inside a body/, /move the inner call out of it/);
  });

  test("a second exploration waits while one runs, and one that is refused keeps nobody waiting", async () => {
    const first = explore(twoTasks);
    const second = explore(twoTasks);
    const refused = misuse(explore(twoTasks, { runs: 0 }));
    expectCode(await refused, "BAD_OPTION", /`runs` is 0/);
    expect([(await first).verdict, (await second).verdict]).toEqual(["passed", "passed"]);
  });

  test("after a refusal, or a failure, the next exploration runs", async () => {
    await misuse(explore(idle, { runs: 0 }));
    await explore(async () => {
      throw new Error("on purpose");
    });
    expect((await explore(twoTasks)).verdict).toBe("passed");
  });
});

describe("somebody else at the globals", () => {
  test("fake timers that the body takes away, and nobody can install again, are refused", async () => {
    const clock = FakeTimers.install({ toFake: ["setTimeout", "Date"] });
    const error = await misuse(
      explore(async ({ io }) => {
        clock.uninstall();
        await io("step")();
      }),
    );
    expectCode(error, "FAKE_TIMERS", /took away fake timers/, /clock\.uninstall/, /install them in the body/);
    expect((await explore(twoTasks)).verdict).toBe("passed");
  });

  test("a global that was replaced before is named", async () => {
    const native = globalThis.setTimeout;
    globalThis.setTimeout = ((callback: () => void) => native(callback, 0)) as typeof setTimeout;
    const error = await misuse(explore(twoTasks)).finally(() => {
      globalThis.setTimeout = native;
    });
    expectCode(error, "GLOBALS_CHANGED", /replaced after heddle was loaded: setTimeout/, /Restore it/);
    expect((await explore(twoTasks)).verdict).toBe("passed");
  });

  test("a global that the body itself replaces is named", async () => {
    const native = globalThis.queueMicrotask;
    const body: Body = async ({ io }) => {
      globalThis.queueMicrotask = (callback) => native(callback);
      await io("step")();
    };
    const error = await misuse(explore(body)).finally(() => {
      globalThis.queueMicrotask = native;
    });
    expectCode(error, "GLOBALS_CHANGED", /replaced by the body itself: queueMicrotask/, /do not replace it in the body/);
  });

  test("a second copy of heddle is refused, and both places are named", async () => {
    uninstall();
    const presence = Symbol.for("heddle.installed");
    Object.defineProperty(globalThis, presence, { value: "file:///elsewhere/heddle/index.js", configurable: true });
    try {
      const error = await misuse(explore(idle));
      expectCode(error, "TWO_COPIES", /two copies of heddle/, /elsewhere/, /heddle\/index\.js and file:.*\/src\//, /server\.deps\.inline/);
    } finally {
      Reflect.deleteProperty(globalThis, presence);
      install();
    }
    expect((await explore(twoTasks)).verdict).toBe("passed");
  });
});

describe("misuse of a body's context", () => {
  const misuses: readonly (readonly [what: string, body: Body, message: RegExp])[] = [
    ["io without a name", ({ io }) => io((() => 1) as unknown as string), /io\(name, fn\) takes a name first/],
    ["io of a result", ({ io }) => io("db.save", Promise.resolve() as unknown as () => void), /io\("db\.save", fn\): fn must be a function/],
    ["io.wrap of null", ({ io }) => io.wrap(null as unknown as object), /io\.wrap\(object, name\?\) takes an object/],
    ["io.wrap of a number", ({ io }) => io.wrap(5 as unknown as object), /io\.wrap\(object, name\?\) takes an object/],
    ["shared of a number", ({ shared }) => shared(0 as unknown as object), /shared\(object, name\?\) takes an object, not a number.*\{ value: 0 \}/],
    ["shared of null", ({ shared }) => shared(null as unknown as object), /takes an object, not null/],
    ["spawn without a name", ({ spawn }) => spawn((async () => 1) as unknown as string, async () => 1), /spawn\(name, fn\) takes a name and a function/],
    ["spawn of a promise", ({ spawn }) => spawn("a", Promise.resolve() as unknown as () => void), /spawn\(name, fn\) takes a name and a function/],
    ["spawn with nothing", ({ spawn }) => (spawn as unknown as (name: string) => unknown)("a"), /spawn\(name, fn\) takes a name and a function/],
    ["invariant of a value", ({ invariant }) => invariant("positive", true as unknown as () => boolean), /invariant\("positive", check\): check must be a function/],
    ["sometimes of a text", ({ sometimes }) => sometimes("full", "yes" as unknown as boolean), /sometimes\(name, condition\) takes a name, and a boolean or a function/],
    ["invariant without a name", ({ invariant }) => invariant((() => true) as unknown as string, () => true), /invariant\(name, check\) takes a name/],
    ["sleep of a text", ({ sleep }) => sleep("soon" as unknown as number), /sleep\(delayMs\)/],
  ];

  test.for(misuses)("%s", async ([, body, message]) => {
    expectCode(await misuseInBody(async (context) => body(context)), "BAD_SUBJECT", message);
  });
});

describe("strategies of one's own", () => {
  test.for([
    ["nothing", () => undefined],
    ["an index", () => 1],
    ["a copy", (legal: readonly object[]) => ({ ...legal[0] })],
  ] as const)("one that returns %s", async ([, pick]) => {
    const strategy = { name: "mine", pick } as unknown as NonNullable<ExploreOptions["strategy"]>;
    const error = await misuse(explore(twoTasks, { strategy, order: "latency" }));
    expectCode(error, "BAD_STRATEGY", /strategy "mine" returned something that is not one of the legal events/, /an element of the array/);
  });

  test("one that throws: its own error comes through", async () => {
    const strategy = {
      name: "mine",
      pick: () => {
        throw new RangeError("out of ideas");
      },
    };
    await expect(explore(twoTasks, { strategy, order: "latency" })).rejects.toThrow("out of ideas");
    expect((await explore(twoTasks)).verdict).toBe("passed");
  });
});
