/** With `independence: "declared"`, whoever says "complete" has seen every outcome. */
import { explore, type BodyContext, type ExploreOptions } from "heddle";
import { describe, expect, test } from "vitest";

const SEARCH = { order: "latency", strategy: "exhaustive", runs: 5000, corpus: false } as const satisfies ExploreOptions;
const turn = (): Promise<void> => Promise.resolve();
const symbol = Symbol("state");
const Kept = Promise;

class Deferred<Value> extends Promise<Value> {}

class Private {
  #value = 0;

  async add(by: number): Promise<void> {
    const before = this.#value;
    await turn();
    this.#value = before + by;
  }

  get value(): number {
    return this.#value;
  }
}

class Arrow {
  value = 0;
  add = async (by: number): Promise<void> => {
    const before = this.value;
    await turn();
    this.value = before + by;
  };
}

class Parent {
  count = 0;
  readonly child: { bump(): void } = { bump: () => void (this.count += 1) };
}

type Task = () => unknown;
type Meeting = (share: BodyContext["shared"]) => readonly [Task, Task];

const settledTwice = (kind: typeof Deferred): Meeting => () => {
  let settle: (value: number) => void = () => undefined;
  const promise = new kind<number>((resolve) => (settle = resolve));
  return [() => settle(1), async () => (settle(2), promise)];
};

/** Two tasks that meet at something declared; what the second one comes to depends on who is first. */
const meetings: Readonly<Record<string, Meeting>> = {
  "a function in a field": (share) => {
    const object = share({ handler: (): number => 1 });
    return [() => void (object.handler = () => 2), () => object.handler()];
  },
  "a declared function": (share) => {
    let count = 0;
    const next = share(() => (count += 1));
    return [next, next];
  },
  "private members, after an await": (share) => {
    const object = share(new Private());
    return [() => object.add(1), async () => (await object.add(2), object.value)];
  },
  "what a function keeps, after an await": (share) => {
    const object = share(new Arrow());
    return [() => object.add(1), async () => (await object.add(2), object.value)];
  },
  "a way back to a declared object": (share) => {
    const object = share(new Parent());
    return [() => object.child.bump(), () => object.count];
  },
  "an object in an object, kept": (share) => {
    const object = share({ inner: { x: 1 } });
    const inner = async (): Promise<{ x: number }> => {
      const { inner: kept } = object;
      await turn();
      return kept;
    };
    return [async () => void ((await inner()).x = 2), async () => (await inner()).x];
  },
  "the length and an index": (share) => {
    const list = share([1, 2]);
    return [() => void (list.length = 0), () => list[0]];
  },
  "an index and the length": (share) => {
    const list = share([] as number[]);
    return [() => void (list[0] = 1), () => list.length];
  },
  "two names": (share) => {
    const raw = { x: 1 };
    const [one, other] = [share(raw, "one"), share(raw, "other")];
    return [() => void (one.x = 2), () => other.x];
  },
  "one list in two objects": (share) => {
    const list = [1];
    const [one, other] = [share({ list }), share({ list })];
    return [() => one.list.push(2), () => other.list.length];
  },
  "two views of one buffer": (share) => {
    const buffer = new ArrayBuffer(4);
    const [bytes, words] = [share(new Uint8Array(buffer)), share(new Uint16Array(buffer))];
    return [() => void (bytes[0] = 3), () => words[0]];
  },
  "a definition": (share) => {
    const object = share({ x: 1 });
    return [() => Object.defineProperty(object, "x", { value: 2 }), () => object.x];
  },
  "no more keys, and a new one": (share) => {
    const object = share({});
    return [() => Object.preventExtensions(object), () => Reflect.set(object, "x", 1)];
  },
  "no more keys, and another prototype": (share) => {
    const object = share({});
    return [() => Object.preventExtensions(object), () => Reflect.setPrototypeOf(object, null)];
  },
  "a prototype": (share) => {
    const object = share({} as { x?: number });
    return [() => Object.setPrototypeOf(object, { x: 1 }), () => object.x];
  },
  "a prototype that is declared too": (share) => {
    const raw = { x: 1 };
    const [heir, above] = [share(Object.create(raw) as { x: number }), share(raw)];
    return [() => void (above.x = 2), () => heir.x];
  },
  "a symbol": (share) => {
    const object = share({ [symbol]: 1 });
    return [() => void (object[symbol] = 2), () => object[symbol]];
  },
  "the key `constructor`": (share) => {
    const object = share({ constructor: 1 as unknown });
    return [() => void (object.constructor = 2), () => object.constructor];
  },
  "accessors of its own": (share) => {
    let value = 1;
    const object = share({ get x() { return value; }, set y(given: number) { value = given; } });
    return [() => void (object.y = 2), () => object.x];
  },
  "a map that is gone through while it is written": (share) => {
    const map = share(new Map([["a", 1], ["b", 2]]));
    const through = async (): Promise<number> => {
      let sum = 0;
      for (const [, value] of map) {
        sum = sum * 10 + value;
        await turn();
      }
      return sum;
    };
    return [() => map.set("b", 3), through];
  },
  "an object in a map": (share) => {
    const map = share(new Map([["k", { x: 1 }]]));
    return [() => void (map.get("k")!.x = 2), () => map.get("k")!.x];
  },
  "a copy": (share) => {
    const object = share({ x: 1 });
    return [() => void (object.x = 2), () => structuredClone(object).x];
  },
  "a promise of a subclass": settledTwice(Deferred),
  "a promise of a kept class": settledTwice(Kept as typeof Deferred),
  "a signal that throws": () => {
    const controller = new AbortController();
    const goOn = (): string => {
      try {
        controller.signal.throwIfAborted();
        return "went on";
      } catch {
        return "stopped";
      }
    };
    return [() => controller.abort(), goOn];
  },
};

describe("no outcome is missed where two tasks meet by", () => {
  test.each(Object.entries(meetings))("%s", async (_what, meet) => {
    const outcomes = async (options: ExploreOptions): Promise<unknown[]> => {
      const seen = new Set<string>();
      const exploration = await explore(
        async ({ shared, spawn }) => {
          const [first, second] = meet(shared);
          let result: unknown;
          const tasks = [spawn("first", async () => (await turn(), void (await first()))), spawn("second", async () => (await turn(), void (result = await second())))];
          await Promise.all(tasks);
          seen.add(String(result));
        },
        { ...SEARCH, ...options },
      );
      expect(exploration).toMatchObject({ verdict: "passed", complete: true });
      return [...seen].sort();
    };
    const all = await outcomes({});
    expect(all.length).toBeGreaterThan(1);
    expect(await outcomes({ independence: "declared" })).toEqual(all);
  });
});
