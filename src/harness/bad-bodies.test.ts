import { EventEmitter, once } from "node:events";
import { inspect } from "node:util";
import { explore, race, RaceError, type Body, type ExploreOptions, type Failure } from "heddle";
import { describe, expect, test } from "vitest";

const here = "bad-bodies.test.ts";

async function failing(body: Body, options: ExploreOptions = {}): Promise<Failure> {
  const { failure, summary } = await explore(body, options);
  expect(failure, summary).toBeDefined();
  return failure!;
}

const orders = ["production", "latency", "chaos"] as const;

describe("a body that throws", () => {
  test.for<[string, Body]>([
    [
      "at once, before it is a promise",
      () => {
        throw new RangeError("at once");
      },
    ],
    [
      "after an await",
      async () => {
        await Promise.resolve();
        throw new RangeError("at once");
      },
    ],
    ["by a thenable", () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(new RangeError("at once")) })],
    [
      "in a timer",
      async ({ sleep }) => {
        setTimeout(() => {
          throw new RangeError("at once");
        }, 5);
        await sleep(10);
      },
    ],
    [
      "in an immediate",
      async ({ sleep }) => {
        setImmediate(() => {
          throw new RangeError("at once");
        });
        await sleep(10);
      },
    ],
    [
      "in a microtask",
      async ({ sleep }) => {
        queueMicrotask(() => {
          throw new RangeError("at once");
        });
        await sleep(10);
      },
    ],
    [
      "in a tick",
      async ({ sleep }) => {
        process.nextTick(() => {
          throw new RangeError("at once");
        });
        await sleep(10);
      },
    ],
    [
      "in an event's listener",
      async ({ sleep }) => {
        const emitter = new EventEmitter();
        emitter.on("event", () => {
          throw new RangeError("at once");
        });
        setTimeout(() => emitter.emit("event"), 1);
        await sleep(10);
      },
    ],
  ])("%s: its own error is the failure, in every order", async ([, body]) => {
    for (const order of orders) {
      const failure = await failing(body, { order });
      expect(failure.kind).toBe("error");
      expect(failure.error).toBeInstanceOf(RangeError);
      expect(failure.deviations).toEqual([]);
      expect(failure.toString()).toMatch(/RangeError: at once/);
      expect(failure.toString()).toContain(here);
    }
  });

  test.for([undefined, null, 0, "text", { code: 5 }])("something that is no error: %o", async (reason) => {
    const failure = await failing(async () => {
      await Promise.resolve();
      throw reason;
    });
    expect(failure.kind).toBe("error");
    expect(failure.error).toBe(reason);
    expect(failure.toString()).toMatch(/thrown: /);
  });

  test("race() throws the report, with the user's own error as its cause", async () => {
    const own = new RangeError("mine");
    const thrown: unknown = await race(async () => {
      throw own;
    }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(RaceError);
    expect(thrown).toMatchObject({ name: "RaceError", cause: own });
    expect((thrown as RaceError).message).toBe((thrown as RaceError).failure.toString());
    expect(inspect(thrown), "printed, it ends with the line to paste").toBe(`RaceError: ${(thrown as RaceError).message}`);
    expect(Object.keys(thrown as RaceError)).toEqual(["name"]);
  });
});

describe("rejections that nobody hears", () => {
  test("a task that nobody awaits fails the execution with its own error", async () => {
    for (const order of orders) {
      const failure = await failing(
        async ({ spawn, sleep }) => {
          spawn("unheard", async () => {
            await sleep(1);
            throw new RangeError("unheard");
          });
          await sleep(10);
        },
        { order },
      );
      expect(failure.kind).toBe("error");
      expect(failure.error).toMatchObject({ message: "unheard" });
    }
  });

  test("a task whose rejection is handled does not", async () => {
    const { verdict } = await explore(async ({ spawn, sleep }) => {
      const task = spawn("heard", async () => {
        await sleep(1);
        throw new RangeError("heard");
      });
      await expect(task).rejects.toThrow("heard");
    });
    expect(verdict).toBe("passed");
  });

  test("any other promise: an unhandled rejection, by name", async () => {
    for (const order of orders) {
      const failure = await failing(
        async ({ sleep }) => {
          void (async () => {
            await sleep(1);
            throw new RangeError("forgotten");
          })();
          await sleep(10);
        },
        { order },
      );
      expect(failure.kind).toBe("unhandled-rejection");
      expect(failure.error).toMatchObject({ message: "forgotten" });
      expect(failure.sentence).toMatch(/unhandled rejection: forgotten/);
    }
  });

  test("and the test runner hears nothing of it", async () => {
    const heard: unknown[] = [];
    const listener = (reason: unknown): void => void heard.push(reason);
    process.on("unhandledRejection", listener);
    await failing(async ({ sleep }) => {
      void Promise.reject(new Error("not for the runner"));
      await sleep(1);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listener);
    expect(heard).toEqual([]);
  });
});

describe("a body that never ends", () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  test("a promise that nothing settles is a deadlock, and the await is named with file and line", async () => {
    for (const order of orders) {
      const failure = await failing(
        async ({ spawn }) => {
          await spawn("stuck", async () => {
            await never();
          });
        },
        { order },
      );
      expect(failure.kind).toBe("deadlock");
      expect(failure.sentence).toMatch(new RegExp(`deadlock: stuck waits for .* \\(${here}:\\d+\\)`));
      expect(failure.toString()).toContain("await never();");
      expect(failure.timeline.waiting.length).toBeGreaterThan(0);
    }
  });

  test("a task that returned what never settles is named where it was spawned, not the task that ran before", async () => {
    for (const order of orders) {
      const failure = await failing(
        async ({ spawn, sleep }) => {
          const first = spawn("first", () => sleep(5));
          const stuck = spawn("stuck", () => never());
          await first;
          await stuck;
        },
        { order },
      );
      expect(failure.sentence).toMatch(new RegExp(`^deadlock: stuck waits for the promise it returned, which nothing has settled \\(${here}:\\d+\\)$`));
      expect(failure.toString()).toContain('const stuck = spawn("stuck", () => never());');
      expect(failure.toString()).not.toContain("first waits");
    }
  });

  test("a body that waits for a task names it", async () => {
    const failure = await failing(async ({ spawn }) => {
      const gate = never();
      const first = spawn("first", () => gate);
      await spawn("second", async () => {
        await first;
      });
    });
    expect(failure.toString()).toContain("waits for first to end");
  });

  test("a body that returns a promise that never settles, without any await", async () => {
    const failure = await failing(() => never());
    expect(failure.kind).toBe("deadlock");
    expect(failure.sentence).toMatch(/^deadlock: /);
  });

  test("an event that never comes", async () => {
    const failure = await failing(async () => {
      await once(new EventEmitter(), "never");
    });
    expect(failure.kind).toBe("deadlock");
    expect(failure.toString()).toContain(here);
  });

  test("a spawned task that never ends is awaited even if the body ends", async () => {
    const failure = await failing(async ({ spawn }) => {
      spawn("stuck", never);
    });
    expect(failure.kind).toBe("deadlock");
  });

  test.for<[string, Body]>([
    [
      "on awaits",
      async () => {
        for (;;) await Promise.resolve();
      },
    ],
    [
      "on ticks",
      async () => {
        for (;;) await new Promise<void>((resolve) => process.nextTick(resolve));
      },
    ],
    [
      "on microtasks",
      async () => {
        for (;;) await new Promise<void>((resolve) => queueMicrotask(resolve));
      },
    ],
    [
      "on thens, without an await",
      () =>
        new Promise(() => {
          const again = (): void => void Promise.resolve().then(again);
          again();
        }),
    ],
    [
      "on immediates",
      async () => {
        for (;;) await new Promise<void>((resolve) => setImmediate(resolve));
      },
    ],
    [
      "on timers",
      async ({ sleep }) => {
        for (;;) await sleep(1000);
      },
    ],
    [
      "on I/O",
      async ({ io }) => {
        const poll = io("poll", () => "not yet");
        while ((await poll()) !== "done");
      },
    ],
  ])("an async loop %s is a livelock, in every order", async ([, body]) => {
    for (const order of orders) {
      const failure = await failing(body, { order, maxSteps: 500, shrinkMs: 200 });
      expect(failure.kind).toBe("livelock");
      expect(String(failure.error)).toMatch(/livelock: .*maxSteps: 500/);
      expect(failure.toString()).toMatch(/raise `maxSteps`/);
    }
  });

  test("maxSteps is a limit, and a body that ends just below it passes", async () => {
    const body: Body = async ({ io }) => {
      const step = io("step");
      for (let times = 0; times < 20; times += 1) await step();
    };
    expect((await explore(body, { order: "production", maxSteps: 41 })).verdict).toBe("passed");
    expect((await failing(body, { order: "production", maxSteps: 20 })).kind).toBe("livelock");
  });
});

describe("what is left behind", () => {
  const leaky: Body = async ({ sleep }) => {
    setInterval(() => undefined, 30);
    await sleep(5);
  };

  test("an interval that was never cleared: a warning in a report, by default no failure", async () => {
    expect((await explore(leaky)).verdict).toBe("passed");
    const failure = await failing(async (context) => {
      await leaky(context);
      throw new Error("something else");
    });
    expect(failure.error).toMatchObject({ message: "something else" });
    expect(failure.timeline.leaks).toEqual([expect.stringMatching(/interval of 30 ms still armed/)]);
    expect(failure.toString()).toMatch(/warning: interval of 30 ms still armed/);
  });

  test("`leaks: \"fail\"` makes it a failure that names it", async () => {
    const failure = await failing(leaky, { leaks: "fail" });
    expect(failure.kind).toBe("leak");
    expect(failure.sentence).toMatch(/leak: interval of 30 ms still armed/);
    expect((await explore(leaky, { leaks: "ignore" })).verdict).toBe("passed");
  });

  test("a cleared interval and a fired timer leak nothing", async () => {
    const { verdict } = await explore(
      async ({ sleep }) => {
        const interval = setInterval(() => undefined, 2);
        setTimeout(() => undefined, 3);
        await sleep(5);
        clearInterval(interval);
      },
      { leaks: "fail" },
    );
    expect(verdict).toBe("passed");
  });

  test("a leak does not reach into the next execution", async () => {
    let fired = 0;
    const { verdict, runs } = await explore(
      async ({ sleep, spawn, io }) => {
        fired = 0;
        setInterval(() => (fired += 1), 10);
        for (const name of ["a", "b"]) spawn(name, io("step"));
        await sleep(35);
        if (fired !== 3) throw new Error(`in 35 ms an interval of 10 ms fired ${fired} times`);
      },
      { order: "production" },
    );
    expect(verdict).toBe("passed");
    expect(runs).toBeGreaterThan(5);
  });

  test("many timers are a matter of seconds", async () => {
    const { verdict, steps } = await explore(
      async ({ sleep }) => {
        for (let count = 0; count < 200_000; count += 1) setTimeout(() => undefined, 1000 + (count % 7));
        await sleep(1);
      },
      { runs: 1, order: "production" },
    );
    expect(verdict).toBe("passed");
    expect(steps).toBeGreaterThan(0);
  }, 120_000);
});
