import { EventEmitter, once } from "node:events";
import { explore, race, RaceError, type Body, type Exploration, type ExploreOptions, type Failure } from "heddle";
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
      const failure = await failing(body, { order, maxSteps: 500 });
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
    await explore(
      async ({ sleep }) => {
        fired = 0;
        setInterval(() => (fired += 1), 10);
        await sleep(35);
        if (fired > 3) throw new Error(`an old interval fired: ${fired}`);
      },
      { runs: 20 },
    );
    expect(fired).toBeLessThanOrEqual(3);
  });

  test("a million timers are a matter of seconds", async () => {
    const { verdict, steps } = await explore(
      async ({ sleep }) => {
        for (let count = 0; count < 1_000_000; count += 1) setTimeout(() => undefined, 1000 + (count % 7));
        await sleep(1);
      },
      { runs: 1, order: "production" },
    );
    expect(verdict).toBe("passed");
    expect(steps).toBeGreaterThan(0);
  }, 20_000);
});

describe("a body that is not deterministic", () => {
  test("state that outlives the body: the first event that differs is named", async () => {
    let executions = 0;
    const failure = await failing(async ({ io }) => {
      executions += 1;
      const step = io("step");
      for (let times = 0; times < executions % 3; times += 1) await step();
      await io("other")();
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(failure.seed).toBe("");
    expect(String(failure.error)).toMatch(/the body is not deterministic: .*step \d+ was .* in the one and .* in the other/);
    expect(failure.toString()).toMatch(/state that outlives the body/);
    expect(failure.toString()).toMatch(/replay: not possible/);
  });

  test("real time, read through a reference that is older than heddle", async () => {
    // As a module does that was loaded before heddle, `process.hrtime` bound away.
    const counter = new Uint32Array(1);
    const readClock = (): number => Atomics.add(counter, 0, 1);
    const failure = await failing(async ({ io }) => {
      const step = io("step");
      if (readClock() % 2 === 0) await step();
      await step();
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(failure.sentence).toMatch(/^nondeterministic: the same schedule took two courses/);
  });

  test("only the error differs: that is named too, and not called a race", async () => {
    let executions = 0;
    const failure = await failing(async ({ io }) => {
      executions += 1;
      await io("step")();
      if (executions % 2 === 1) throw new Error("every other time");
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(String(failure.error)).toMatch(/not deterministic/);
  });

  test("a difference that shows up late in the search is never a reproduced race", async () => {
    let executions = 0;
    const { failure } = await explore(
      async ({ spawn, io }) => {
        executions += 1;
        const step = io("step");
        await Promise.all([spawn("a", () => step()), spawn("b", () => step())]);
        if (executions === 15) throw new Error("once");
      },
      { strategy: "random", runs: 100 },
    );
    expect(failure?.kind).toBe("nondeterministic");
  });

  test("what is seeded and virtual is deterministic: Math.random, Date, performance, crypto", async () => {
    const { verdict } = await explore(async ({ io, random, now }) => {
      const step = io("step");
      const dice = [Math.random(), random(), Date.now(), performance.now(), now(), crypto.getRandomValues(new Uint8Array(1))[0]!];
      for (const value of dice) if (Math.floor(value * 10) % 2 === 0) await step();
    });
    expect(verdict).toBe("passed");
  });
});

describe("conditions", () => {
  test("an invariant that returns false, at its step", async () => {
    const failure = await failing(async ({ invariant, io }) => {
      let balance = 10;
      invariant("never overdrawn", () => balance >= 0);
      await io("step")();
      balance -= 20;
      await io("step")();
    });
    expect(failure.kind).toBe("invariant");
    expect(String(failure.error)).toMatch(/invariant "never overdrawn" does not hold/);
    expect(failure.sentence).toMatch(/never overdrawn/);
  });

  test("an invariant that throws: its own error is the cause", async () => {
    const own = new RangeError("no balance");
    const failure = await failing(async ({ invariant, io }) => {
      invariant("readable", () => {
        throw own;
      });
      await io("step")();
    });
    expect(failure).toMatchObject({ kind: "invariant", error: own });
  });

  test("a `sometimes` that never held fails a green run", async () => {
    const outcome: Exploration = await explore(async ({ sometimes, io }) => {
      let full = false;
      sometimes("the queue is full", () => full);
      await io("step")();
      full = false;
    });
    expect(outcome.verdict).toBe("failed");
    expect(String(outcome.failure?.error)).toMatch(/sometimes "the queue is full" never held in \d+ executions; is it reachable\?/);
  });

  test("one that held once, in any execution, does not", async () => {
    const { verdict } = await explore(
      async ({ sometimes, spawn, io }) => {
        const order: string[] = [];
        const step = io("step");
        await Promise.all(["a", "b"].map((name) => spawn(name, async () => step().then(() => order.push(name)))));
        sometimes("b came first", order[0] === "b");
      },
      { strategy: "random", runs: 50 },
    );
    expect(verdict).toBe("passed");
  });
});
