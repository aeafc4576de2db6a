import { readFile } from "node:fs/promises";
import { explore, HeddleError, type Body, type ExploreOptions } from "heddle";
import { afterEach, describe, expect, test, vi } from "vitest";

const turn = (): Promise<void> => Promise.resolve();
const EXHAUSTIVE = { order: "latency", strategy: "exhaustive", runs: 5000 } as const satisfies ExploreOptions;
const REDUCED = { ...EXHAUSTIVE, independence: "declared" } as const satisfies ExploreOptions;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Three tasks with two steps each, of which the second touch different fields. */
const apart: Body = ({ spawn, shared }) => {
  const fields = shared({ a: 0, b: 0, c: 0, common: 0 }, "fields");
  for (const key of ["a", "b", "c"] as const) {
    spawn(key, async () => {
      await turn();
      fields.common += 1;
      await turn();
      fields[key] += 1;
    });
  }
};

describe("independence: \"declared\"", () => {
  test("takes orders of independent steps for one, and the verdict says so", async () => {
    const [all, reduced] = [await explore(apart, EXHAUSTIVE), await explore(apart, REDUCED)];
    expect(all.summary).toBe("latency: complete, none of all 90 interleavings failed");
    expect(reduced.summary).toBe("latency: complete, none of all 6 orders of the declared accesses failed");
    expect(reduced).toMatchObject({ complete: true, runs: 6 });
    expect(reduced.orders[0]!.reduction).toEqual({ orders: 6, repeated: 0 });
  });

  test("knows that what nobody waits for may spawn a task too late", async () => {
    const ends = new Set<string>();
    const body: Body = ({ spawn, shared }) => {
      const fields = shared({ a: 0, b: 0 }, "fields");
      let state = "not spawned";
      void (async () => {
        await turn();
        await turn();
        state = "spawned";
        spawn("late", async () => void (fields.b += 1));
      })();
      spawn("early", async () => {
        for (let times = 0; times < 4; times += 1) await turn();
        fields.a += 1;
        ends.add(state);
      });
    };
    for (const options of [EXHAUSTIVE, REDUCED]) {
      ends.clear();
      expect(await explore(body, options)).toMatchObject({ complete: true });
      expect([...ends].sort()).toEqual(["not spawned", "spawned"]);
    }
  });

  test("is not complete with an execution less", async () => {
    const exploration = await explore(apart, { ...REDUCED, runs: 5 });
    expect(exploration.complete).toBe(false);
    expect(exploration.summary).toContain("none of 5 executions failed");
  });

  test("of `auto` ends the search when the reduced part has ended", async () => {
    const many: Body = ({ spawn, shared }) => {
      const fields = shared({ common: 0 }, "fields");
      for (let task = 0; task < 4; task += 1) {
        spawn(`task ${task}`, async () => {
          for (let round = 0; round < 4; round += 1) await turn();
          fields.common += 1;
        });
      }
    };
    const options = { order: "latency", runs: 600 } as const;
    expect((await explore(many, options)).complete).toBe(false);
    const reduced = await explore(many, { ...options, independence: "declared" });
    expect(reduced.complete).toBe(true);
    expect(reduced.summary).toBe("latency: complete, none of all 24 orders of the declared accesses failed");
  });

  test("finds what every interleaving would show, and its seed replays", async () => {
    const lost: Body = async ({ spawn, shared }) => {
      const counter = shared({ value: 0 }, "counter");
      const add = async (): Promise<void> => {
        await turn();
        const { value } = counter;
        await turn();
        counter.value = value + 1;
      };
      await spawn("first", async () => turn());
      await Promise.all([spawn("one", add), spawn("two", add)]);
      if (counter.value !== 2) throw new Error(`lost: ${counter.value}`);
    };
    const { failure } = await explore(lost, REDUCED);
    expect(failure?.reproduced).toBe("5 of 5");
    const again = await explore(lost, { seed: failure!.seed });
    expect(again.failure?.error).toMatchObject({ message: "lost: 1" });
  });

  test("tries every interleaving under `production`, where awaits are native", async () => {
    const two: Body = ({ spawn, io }) => {
      const [one, other] = [io("one.ask"), io("other.ask")];
      spawn("a", async () => one());
      spawn("b", async () => other());
    };
    const { summary } = await explore(two, { ...REDUCED, order: "auto" });
    expect(summary).toBe("production: complete, none of all 6 interleavings failed; latency: complete, the only one of the orders of the declared accesses passed");
  });

  test("takes each order of two steps at one signal, generator or late object for one of its own", async () => {
    const raw = { x: 1 };
    const meetings: ((context: Parameters<Body>[0]) => readonly [() => unknown, () => unknown])[] = [
      () => {
        const controller = new AbortController();
        return [() => controller.abort(), () => controller.signal.aborted];
      },
      () => {
        const generator = (async function* (): AsyncGenerator<number> { yield 1; })();
        return [() => void generator.next(), () => void generator.next()];
      },
      ({ shared }) => [() => void (shared(raw).x = 2), () => shared(raw).x],
      ({ shared }) => {
        const object = shared({} as { list?: number[] });
        const late = [1];
        Reflect.set(object, "late", { list: late });
        return [() => object.list?.push(1), () => (object.list = late).length];
      },
    ];
    for (const meet of meetings) {
      const body: Body = (context) => {
        for (const [index, task] of meet(context).entries()) context.spawn(`task ${index}`, async () => (await turn(), void task()));
      };
      expect((await explore(body, REDUCED)).orders[0]!.reduction).toEqual({ orders: 2, repeated: 0 });
    }
  });

  test("takes operations on one resource for dependent, with all that they go on with", async () => {
    class Rows {
      rows: number[] = [];

      async add(row: number): Promise<void> {
        const { rows } = this;
        await turn();
        this.rows = [...rows, row];
      }
    }
    const adding: Body = async ({ spawn, io }) => {
      const plain = new Rows();
      const rows = io.wrap(plain, "rows");
      await Promise.all([spawn("a", async () => rows.add(1)), spawn("b", async () => rows.add(2))]);
      if (plain.rows.length !== 2) throw new Error("a row is lost");
    };
    expect((await explore(adding, REDUCED)).failure?.error).toMatchObject({ message: "a row is lost" });
  });

  test("takes operations with different keys for independent, and those without one for operations on all of it", async () => {
    const store = new Map<string, number>();
    const by = (keys: readonly (string | undefined)[]): Body => ({ spawn, io }) => {
      const set = io("store.set", (key: string | undefined) => void store.set(key ?? "", 1), { key: (key) => key });
      for (const key of keys) spawn(`sets ${key}`, async () => set(key));
    };
    const wrapped: Body = ({ spawn, io }) => {
      const keyed = io.wrap(store, "store", { key: (key: string) => key });
      for (const key of ["a", "b"]) spawn(key, async () => (await keyed.set(key, 1), keyed.get(key)));
    };
    const orders = async (body: Body): Promise<unknown> => (await explore(body, REDUCED)).orders[0]!.reduction;
    expect(await orders(by(["a", "b", "c"]))).toEqual({ orders: 1, repeated: 0 });
    expect(await orders(by(["a", "b", "a"]))).toEqual({ orders: 2, repeated: 0 });
    expect(await orders(by(["a", "b", undefined]))).toEqual({ orders: 4, repeated: 0 });
    expect(await orders(wrapped)).toEqual({ orders: 1, repeated: 0 });
  });

  test("goes on with what a keyed operation goes on with: it is of that key as well", async () => {
    let sum = 0;
    const adding = (keys: readonly string[]): Body => async ({ spawn, io }) => {
      sum = 0;
      const add = io("sums.add", async (_key: string) => {
        const before = sum;
        await turn();
        sum = before + 1;
      }, { key: (key) => key });
      await Promise.all(keys.map((key, task) => spawn(`task ${task}`, async () => add(key))));
      if (sum < keys.length) throw new Error("an addition is lost");
    };
    expect((await explore(adding(["one", "one"]), REDUCED)).failure?.error).toMatchObject({ message: "an addition is lost" });
  });

  test("says what a key is", async () => {
    const { failure } = await explore(({ io }) => void io("db.get", () => 1, { key: "id" as never }), { runs: 1 });
    expect(failure?.error).toMatchObject({ code: "BAD_SUBJECT", message: expect.stringContaining("{ key: (id) => id }") as string });
  });

  test("sees what an invariant sees between two steps", async () => {
    const moving: Body = ({ spawn, shared, invariant }) => {
      const accounts = shared({ from: 10, to: 0 }, "accounts");
      invariant("money is never made", () => accounts.from + accounts.to <= 10);
      spawn("take", async () => {
        await turn();
        accounts.from -= 5;
      });
      spawn("give", async () => {
        await turn();
        accounts.to += 5;
      });
    };
    expect((await explore(moving, REDUCED)).failure?.kind).toBe("invariant");
  });

  test("reduces nothing for an invariant that looks at nothing declared", async () => {
    const moving: Body = ({ spawn, invariant }) => {
      const accounts = { from: 10, to: 0 };
      invariant("money is never made", () => accounts.from + accounts.to <= 10);
      spawn("take", async () => {
        await turn();
        accounts.from -= 5;
      });
      spawn("give", async () => {
        await turn();
        accounts.to += 5;
      });
    };
    expect((await explore(moving, REDUCED)).failure?.kind).toBe("invariant");
  });

  test("sees a state that `sometimes` asks for between two steps", async () => {
    const crossing: Body = ({ spawn, shared, sometimes }) => {
      const lights = shared({ left: "red", right: "red" }, "lights");
      sometimes("only the right one is green", () => lights.right === "green" && lights.left === "red");
      for (const side of ["left", "right"] as const) {
        spawn(side, async () => {
          await turn();
          lights[side] = "green";
        });
      }
    };
    expect(await explore(crossing, REDUCED)).toMatchObject({ verdict: "passed", complete: true });
  });

  test("knows that the first to settle a promise wins, whoever made it", async () => {
    const racing = (make: (first: Promise<string>, second: Promise<string>) => Promise<string>): Body => async ({ spawn }) => {
      const one = spawn("one", async () => (await turn(), "one"));
      const two = spawn("two", async () => (await turn(), "two"));
      if ((await make(one, two)) === "two") throw new Error("two was first");
    };
    const hand = racing((one, two) => new Promise((resolve) => {
      void one.then(resolve);
      void two.then(resolve);
    }));
    for (const body of [hand, racing((one, two) => Promise.race([one, two])), racing((one, two) => Promise.any([one, two]))]) {
      expect((await explore(body, REDUCED)).failure?.error).toMatchObject({ message: "two was first" });
    }
  });

  test("leaves `Promise` and signals as they were", async () => {
    const before = [Promise, AbortController.prototype.abort, Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get, Object.hasOwn(AbortSignal.prototype, "addEventListener")];
    let inside: PromiseConstructor | undefined;
    await explore(async () => {
      inside = Promise;
      expect(new Promise(() => undefined)).toBeInstanceOf(Promise);
      expect(Promise.resolve(turn())).toBeInstanceOf(Promise);
      const own = turn();
      expect(Promise.resolve(own)).toBe(own);
      class Sub<Value> extends Promise<Value> {}
      expect(Sub.resolve(1).then(() => 2)).toBeInstanceOf(Sub);
      await Promise.all([own, new Sub<void>((resolve) => resolve())]);
    }, REDUCED).then(({ failure }) => expect(failure?.error).toBeUndefined());
    expect(inside).not.toBe(Promise);
    expect([Promise, AbortController.prototype.abort, Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get, Object.hasOwn(AbortSignal.prototype, "addEventListener")]).toEqual(before);
  });

  test("tries real I/O in every order", async () => {
    const reading: Body = async ({ spawn, shared }) => {
      const order = shared({ last: "" }, "order");
      const read = async (name: string): Promise<void> => {
        await readFile(import.meta.filename);
        order.last = name;
      };
      await Promise.all([spawn("one", () => read("one")), spawn("two", () => read("two"))]);
      if (order.last === "one") throw new Error("one came last");
    };
    expect((await explore(reading, REDUCED)).failure?.error).toMatchObject({ message: "one came last" });
  });

  test("is not complete where a loop polls for ever if it is let", async () => {
    const polling: Body = ({ spawn, shared }) => {
      const state = shared({ isDone: false }, "state");
      spawn("worker", async () => {
        await turn();
        state.isDone = true;
      });
      spawn("poller", async () => {
        while (!state.isDone) await turn();
      });
    };
    const exploration = await explore(polling, { ...REDUCED, runs: 1200 });
    expect(exploration).toMatchObject({ verdict: "passed", complete: false });
  });

  test("says that a body is not deterministic", async () => {
    let runs = 0;
    const body: Body = ({ spawn, shared }) => {
      runs += 1;
      const state = shared({ value: 0 }, "state");
      for (let task = 0; task < (runs > 6 ? 3 : 2); task += 1) {
        spawn(`task ${task}`, async () => {
          await turn();
          state.value += 1;
          await turn();
          state.value += 1;
        });
      }
    };
    await expect(explore(body, REDUCED)).rejects.toThrow(/the body is not deterministic: at step \d+ other events are legal than were before.*REPLAY_DIVERGED/);
  });
});

describe("is refused", () => {
  const refused = async (options: object): Promise<string> => {
    const error: unknown = await explore(apart, options as ExploreOptions).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HeddleError);
    expect((error as HeddleError).code).toBe("BAD_OPTION");
    return (error as HeddleError).message;
  };

  test("with another value", async () => {
    expect(await refused({ independence: "all" })).toMatch(/^`independence` is "all"; it takes "declared", or is left out/);
    expect(await refused({ independence: true })).toMatch(/^`independence` is true/);
  });

  test("with a strategy that is no exhaustive search", async () => {
    expect(await refused({ independence: "declared", strategy: "urw" })).toMatch(/is for exhaustive search, and `urw` is none: leave it out, or take one of auto, exhaustive/);
    expect(await refused({ independence: "declared", strategy: { name: "mine", pick: () => undefined } })).toMatch(/the strategy "mine" is none/);
  });

  test("with a bound, a shard or workers", async () => {
    expect(await refused({ independence: "declared", bound: 2 })).toMatch(/`bound` is 2, and `independence` is given:.*Leave out one of the two/);
    expect(await refused({ independence: "declared", shard: "1/2" })).toMatch(/`shard` is "1\/2", and `independence` is given:.*can't be split. Leave out one of the two/);
    expect(await refused({ independence: "declared", workers: 2 })).toMatch(/`workers` is 2, and `independence` is given/);
  });

  test("but what the environment asks for is no mistake", async () => {
    vi.stubEnv("HEDDLE_STRATEGY", "random");
    vi.stubEnv("HEDDLE_SHARD", "1/2");
    expect(await explore(apart, { ...REDUCED, runs: 20 })).toMatchObject({ verdict: "passed", runs: 20 });
  });
});
