import assert from "node:assert";
import { EventEmitter } from "node:events";
import { deserialize, serialize } from "node:v8";
import { explore, type ExploreOptions } from "heddle";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";

type Share = <Target extends object>(target: Target, name?: string) => Target;

const STRATEGIES: readonly ExploreOptions[] = [{}, { strategy: "random" }, { strategy: "exhaustive", order: "latency", independence: "declared" }];

class Counter {
  #value = 0;

  add(): number {
    this.#value += 1;
    return this.#value;
  }

  static is(object: object): boolean {
    return #value in object;
  }
}

const hidden = new WeakMap<object, number>();
const made = new Set<object>();

class Registered {
  constructor() {
    hidden.set(this, 1);
    made.add(this);
  }

  get isKnown(): boolean {
    return hidden.get(this) === 1 && made.has(this);
  }
}

class Bus extends EventEmitter {
  heard = 0;
}

const throwing = (): object =>
  new Proxy({}, new Proxy({}, { get: (_target, trap) => () => { throw new Error(`trap ${String(trap)}`); } }));

/** Each holds of the objects themselves. */
const holds: Readonly<Record<string, (share: Share) => unknown>> = {
  "private members": (share) => {
    assert.equal(share(new Counter()).add(), 1);
    assert.ok(Counter.is(share(new Counter())));
  },
  "state kept by `this`": (share) => assert.ok(share(new Registered()).isKnown),
  "internal slots": (share) => {
    assert.ok(share(/a/g).test("a"));
    assert.equal(share(new URL("http://a/b")).pathname, "/b");
    assert.equal(share(new Headers({ a: "1" })).get("a"), "1");
    assert.equal(share(new ArrayBuffer(8)).byteLength, 8);
    assert.equal(share(Object(1n) as object).valueOf(), 1n);
    assert.equal(share((function* () { yield 1; })()).next().value, 1);
    assert.equal(share(new Date(5)).getTime(), 5);
    const key = {};
    assert.ok(share(new WeakSet([key])).has(key));
    assert.equal(new WeakRef(share({ a: 1 })).deref()?.a, 1);
    const controller = share(new AbortController());
    controller.abort();
    assert.ok(controller.signal.aborted);
  },
  promises: async (share) => {
    class Own<Value> extends Promise<Value> {}
    assert.equal(await share(Promise.resolve(1)), 1);
    assert.equal(await share(Own.resolve(2)), 2);
  },
  functions: (share) => {
    const add = share(Object.assign((a: number, b: number) => a + b, { x: 1 }));
    assert.deepEqual([add(1, 2), add.length, add.x], [3, 2, 1]);
    assert.equal(String(share(() => 1)), "() => 1");
  },
  emitters: (share) => {
    const bus = share(new Bus());
    const isBus: boolean[] = [];
    bus.on("x", function (this: Bus) {
      isBus.push(this === bus);
      this.heard += 1;
    });
    bus.emit("x");
    assert.deepEqual([isBus, bus.heard], [[true], 1]);
  },
  identities: (share) => {
    const [list, inner] = [[] as unknown[], {}];
    const object = share({ list: [1] as unknown[], inner, map: new Map([[1, 1]]) });
    assert.ok(object.list === object.list && object.inner === inner && object.map.get === object.map.get);
    object.list.push(list);
    assert.ok(object.list.includes(list) && object.list.indexOf(list) === 1 && object.list.at(-1) === list);
    let third: unknown;
    object.map.forEach((_value, _key, map) => (third = map));
    assert.ok(third === object.map);
    assert.ok(share(object) === object && share(object.list, "again") === object.list);
    assert.ok(object.list.push === Array.prototype.push);
  },
  "frozen objects": (share) => {
    const object = share(Object.freeze({ list: [1], map: new Map([[1, 1]]) }));
    assert.deepEqual([object.list[0], object.map.size], [1, 1]);
    const late = share({ list: [1] });
    void late.list;
    Object.freeze(late);
    assert.ok(Object.isFrozen(late) && late.list[0] === 1);
  },
  "no getter for a write": (share) => {
    const boom = (): never => {
      throw new Error("read");
    };
    const object = share({ get x(): number { return boom(); }, set x(_value: number) { /* Nothing. */ } });
    object.x = 1;
    assert.ok(Reflect.deleteProperty(object, "x"));
    assert.equal(share({ get constructor(): Function { return boom(); }, a: 1 }).a, 1);
  },
  "proxies as values": (share) => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const object = share({ value: null as unknown });
    for (const value of [proxy, throwing()]) {
      object.value = value;
      assert.ok(object.value === value);
    }
  },
  "copies and views": (share) => {
    const object = { a: [1, { b: 2 }], m: new Map([["k", 1]]) };
    const shared = share(object);
    assert.deepStrictEqual(shared, { a: [1, { b: 2 }], m: new Map([["k", 1]]) });
    assert.equal(inspect(shared), inspect(object));
    assert.equal(inspect(shared, { showProxy: true }), inspect(object));
    assert.equal(JSON.stringify(shared), JSON.stringify(object));
    const copy = structuredClone({ of: shared, list: shared.a, map: new Map([["k", shared]]) });
    assert.deepStrictEqual(copy, { of: object, list: object.a, map: new Map([["k", object]]) });
    assert.deepStrictEqual(deserialize(serialize(object)), object);
  },
  messages: async (share) => {
    const { port1, port2 } = new MessageChannel();
    const told = new Promise((resolve) => port2.addEventListener("message", ({ data }) => resolve(data), { once: true }));
    port2.start();
    port1.postMessage({ of: share({ a: [1] }) });
    assert.deepStrictEqual(await told, { of: { a: [1] } });
    port1.close();
  },
  heirs: (share) => {
    const above = share({ a: 1 });
    const heir = Object.create(above) as { a: number };
    heir.a = 2;
    assert.ok(above.a === 1 && heir.a === 2 && Object.hasOwn(heir, "a"));
  },
};

describe("what is shared() is what it was, under every strategy", () => {
  test.each(Object.entries(holds))("%s", async (_what, hold) => {
    await hold((object) => object);
    for (const options of STRATEGIES) {
      const { failure } = await explore(
        async ({ shared, spawn }) => {
          await hold(shared);
          for (const name of ["a", "b"]) spawn(name, () => Promise.resolve());
        },
        { runs: 10, corpus: false, ...options },
      );
      expect(failure?.error).toBeUndefined();
    }
  });
});
