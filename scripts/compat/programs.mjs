/**
 * The bodies of the compatibility check. Between them they use everything that heddle controls; each fails in some
 * schedule (but for the few that must pass), so that each has a seed and a trace to compare between runtimes.
 * What is thrown carries the values that were computed: they are compared as well.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import files, { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import timersPromises, { setTimeout as namedSleep } from "node:timers/promises";

/** @import { Mode } from "./types.d.ts" */
/** @typedef {import("../../dist/index.js").Body} Body */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {Body} body
 * @property {(mode: Mode) => string | undefined} [lacks] - why this runtime cannot run it so, if it cannot
 */

/** @param {string} message @param {unknown[]} log */
function fail(message, log) {
  throw new Error(`${message}: ${log.map(String).join(" ")}`);
}

/** Fails unless the log reads as plain JavaScript would have written it. @param {string[]} log @param {string} expected */
function expectOrder(log, expected) {
  if (log.join(" ") !== expected) fail("another order", log);
}

/** @type {Body} */
const awaits = async () => {
  let count = 0;
  const read = async () => count;
  const write = async (/** @type {number} */ value) => {
    count = value;
  };
  const task = async (/** @type {number} */ hops) => {
    for (let hop = 0; hop < hops; hop += 1) await Promise.resolve();
    for (let round = 0; round < 3; round += 1) await write((await read()) + 1);
  };
  await Promise.all([task(0), task(7)]);
  if (count !== 6) fail("lost update", [count]);
};

/** @type {Body} */
const thenChains = () => {
  /** @type {string[]} */
  const log = [];
  const chain = (/** @type {string} */ name) =>
    Promise.resolve()
      .then(() => log.push(`${name}1`))
      .then(() => {
        log.push(`${name}2`);
        return Promise.reject(new Error(name));
      })
      .catch(() => log.push(`${name}3`))
      .finally(() => log.push(`${name}4`));
  return Promise.all([chain("a"), chain("b")]).then(() => expectOrder(log, "a1 b1 a2 b2 a3 b3 a4 b4"));
};

/** Adopted promises and thenables cost places in the microtask queue: as many on every runtime. @type {Body} */
const adoption = async () => {
  /** @type {string[]} */
  const log = [];
  /** @extends {Promise<unknown>} */
  class Subclass extends Promise {}
  const note = (/** @type {string} */ name) => () => void log.push(name);
  await Promise.all([
    new Promise((resolve) => resolve(Promise.resolve())).then(note("adopted")),
    (async () => Promise.resolve())().then(note("returned")),
    // oxlint-disable-next-line unicorn/no-thenable -- adopting one is what is looked at
    Promise.resolve({ then: (/** @type {() => void} */ resolve) => resolve() }).then(note("thenable")),
    (async () => void (await Subclass.resolve()))().then(note("subclass")),
    Promise.resolve().then(() => Promise.resolve()).then(note("nested")),
    Promise.resolve().then(note("plain")),
  ]);
  expectOrder(log, "plain thenable adopted returned subclass nested");
};

/** @type {Body} */
const timers = async ({ spawn }) => {
  /** @type {string[]} */
  const log = [];
  const after = (/** @type {number} */ ms, /** @type {string} */ name) =>
    new Promise((resolve) => setTimeout(resolve, ms)).then(() => log.push(name));
  spawn("slow", () => after(20, "slow"));
  spawn("fast", () => after(10, "fast"));
  spawn("ticker", async () => {
    let ticks = 0;
    await new Promise((resolve) => {
      const handle = setInterval(() => {
        ticks += 1;
        log.push(`tick${ticks}`);
        if (ticks < 3) return;
        clearInterval(handle);
        resolve(undefined);
      }, 8);
    });
  });
  const cleared = setTimeout(() => log.push("never"), 5);
  setImmediate(() => {
    log.push("immediate");
    clearTimeout(cleared);
  });
  await after(30, "last");
  expectOrder(log, "immediate tick1 fast tick2 slow tick3 last");
};

class Store {
  value = 0;

  async read() {
    return this.value;
  }

  /** @param {number} value */
  write(value) {
    this.value = value;
  }
}

/** @type {Body} */
const ioBoundaries = async ({ io, shared, spawn, invariant }) => {
  const raw = shared(new Store(), "account");
  const store = io.wrap(raw, "store");
  const refuse = io("refuse", () => {
    throw new Error("refused");
  });
  invariant("small", () => raw.value < 10);
  const add = async (/** @type {number} */ amount) => {
    const before = await store.read();
    await refuse().catch(() => undefined);
    await store.write(before + amount);
  };
  await Promise.all([spawn("one", () => add(1)), spawn("two", () => add(2))]);
  if (raw.value !== 3) fail("lost update", [raw.value]);
};

/** @type {Body} */
const ticksAndMicrotasks = async () => {
  /** @type {string[]} */
  const log = [];
  /** @type {Promise<unknown>[]} */
  const all = [];
  const noted = (/** @type {string} */ name, /** @type {(callback: () => void) => void} */ schedule) => {
    all.push(
      new Promise((resolve) => {
        schedule(() => {
          log.push(name);
          resolve(undefined);
        });
      }),
    );
  };
  noted("tick1", (callback) => process.nextTick(callback));
  noted("microtask1", queueMicrotask);
  noted("then", (callback) => void Promise.resolve().then(callback));
  noted("tick2", (callback) => process.nextTick(callback));
  noted("nested", (callback) => queueMicrotask(() => process.nextTick(callback)));
  noted("microtask2", queueMicrotask);
  noted("immediate", setImmediate);
  await Promise.all(all);
  expectOrder(log, "microtask1 then microtask2 tick1 tick2 nested immediate");
};

/** @type {Body} */
const asyncGenerators = async ({ spawn }) => {
  /** @type {string[]} */
  const log = [];
  async function* numbers() {
    try {
      for (let number = 0; number < 4; number += 1) {
        await Promise.resolve();
        yield number;
      }
      yield* inner();
    } finally {
      log.push("closed");
    }
  }
  async function* inner() {
    yield Promise.resolve(10);
  }
  const shared = numbers();
  const consume = (/** @type {string} */ name) => async () => {
    for await (const number of shared) log.push(`${name}${number}`);
  };
  await Promise.all([spawn("a", consume("a")), spawn("b", consume("b"))]);
  for await (const value of [Promise.resolve("x"), "y"]) log.push(value);
  expectOrder(log, "a0 b1 a2 b3 a10 closed x y");
};

/** @type {Body} */
const combinators = async () => {
  /** @type {string[]} */
  const log = [];
  const step = async (/** @type {string} */ name, /** @type {number} */ hops, bad = false) => {
    for (let hop = 0; hop < hops; hop += 1) await Promise.resolve();
    if (bad) throw new Error(name);
    return name;
  };
  const note = (/** @type {string} */ kind) => (/** @type {unknown} */ value) => void log.push(`${kind}:${String(value)}`);
  await Promise.all([
    Promise.race([step("r1", 2), step("r2", 1)]).then(note("race")),
    Promise.any([step("bad", 1, true), step("good", 3)]).then(note("any")),
    Promise.all([step("x", 1), step("y", 2), 3]).then(note("all")),
    Promise.allSettled([step("p", 1), step("q", 1, true)]).then((results) => note("settled")(results.map(({ status }) => status[0]))),
    Promise.any([step("no", 1, true), step("none", 1, true)]).catch((/** @type {AggregateError} */ error) => note("none")(error.errors.length)),
  ]);
  expectOrder(log, "race:r2 settled:f,r none:2 all:x,y,3 any:good");
};

/** Two locks, taken in two orders. @type {Body} */
const deadlock = async ({ spawn }) => {
  const lock = () => {
    let tail = Promise.resolve();
    return async () => {
      const before = tail;
      /** @type {() => void} */
      let release = () => undefined;
      tail = new Promise((resolve) => {
        release = resolve;
      });
      await before;
      return release;
    };
  };
  const [first, second] = [lock(), lock()];
  const both = async (/** @type {typeof first} */ one, /** @type {typeof first} */ two) => {
    const releaseOne = await one();
    const releaseTwo = await two();
    releaseTwo();
    releaseOne();
  };
  spawn("forwards", () => both(first, second));
  spawn("backwards", async () => {
    for (let hop = 0; hop < 4; hop += 1) await Promise.resolve();
    await both(second, first);
  });
};

/** Heard in time in plain JavaScript, too late in others. @type {Body} */
const unhandledRejection = async ({ spawn, io }) => {
  const ask = io("ask", () => undefined);
  /** @type {Promise<never> | undefined} */
  let failing;
  spawn("starter", async () => {
    await ask();
    failing = Promise.reject(new Error("nobody listens"));
  });
  spawn("listener", async () => {
    await ask();
    await failing?.catch(() => undefined);
  });
};

/** @type {Body} */
const promiseTimers = async ({ spawn, sleep, now }) => {
  /** @type {string[]} */
  const log = [];
  spawn("sleeper", async () => {
    await timersPromises.setTimeout(12);
    log.push(`sleeper@${now()}`);
  });
  spawn("scheduler", async () => {
    await timersPromises.scheduler.wait(9);
    await timersPromises.setImmediate();
    log.push(`scheduler@${now()}`);
  });
  spawn("interval", async () => {
    let ticks = 0;
    for await (const value of timersPromises.setInterval(5, "tick")) {
      ticks += 1;
      log.push(`${value}${ticks}@${now()}`);
      if (ticks === 3) break;
    }
  });
  const aborter = new AbortController();
  const aborted = timersPromises.setTimeout(50, undefined, { signal: aborter.signal }).catch((error) => log.push(error.name));
  await sleep(11);
  aborter.abort();
  await aborted;
  await sleep(20);
  expectOrder(log, "tick1@5 scheduler@9 tick2@10 AbortError sleeper@12 tick3@15");
};

/** @type {Body} */
const abortTimeout = async ({ io }) => {
  const request = io("request", () => "answer");
  const signal = AbortSignal.timeout(30);
  /** @type {Promise<string>} */
  const late = new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  const answer = await Promise.race([request(), late]).catch((error) => `${error.name}: ${error.message}`);
  if (answer !== "answer") fail("timed out", [answer]);
};

/** @type {Body} */
const messages = async ({ spawn }) => {
  /** @type {string[]} */
  const log = [];
  const { port1, port2 } = new MessageChannel();
  const left = new BroadcastChannel("compat");
  const right = new BroadcastChannel("compat");
  const received = new Promise((resolve) => {
    let count = 0;
    const note = (/** @type {string} */ name) => (/** @type {MessageEvent} */ event) => {
      log.push(`${name}:${event.data}`);
      count += 1;
      if (count === 5) resolve(undefined);
    };
    port1.onmessage = note("port1");
    port2.onmessage = note("port2");
    right.onmessage = note("right");
  });
  spawn("there", async () => {
    port1.postMessage("a");
    await Promise.resolve();
    port1.postMessage("b");
  });
  spawn("back", async () => {
    port2.postMessage("c");
    left.postMessage("d");
    await Promise.resolve();
    left.postMessage("e");
  });
  await received;
  for (const port of [port1, left, right]) port.close();
  expectOrder(log, "port2:a port1:c right:d port2:b right:e");
};

/** Every clock and every source of chance, as text: the same everywhere. @type {Body} */
const dateAndRandom = async ({ sleep, random, now }) => {
  const sums = [Date.now(), new Date().toISOString(), performance.now(), Math.random(), random()];
  await sleep(7);
  sums.push(process.hrtime().join("."), String(process.hrtime.bigint()), now(), crypto.randomUUID().slice(0, 18));
  sums.push([...crypto.getRandomValues(new Uint8Array(4))].join("."), new Date() instanceof Date ? "Date" : "other");
  fail("values", sums);
};

/** The async context follows its own chain, however the steps are mixed. @type {Body} */
const asyncContext = async ({ io }) => {
  const storage = new AsyncLocalStorage();
  /** @type {string[]} */
  const log = [];
  const ask = io("ask", () => storage.getStore());
  const run = (/** @type {string} */ name) =>
    storage.run(name, async () => {
      await Promise.resolve();
      const seen = [storage.getStore(), await ask()];
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(storage.getStore(), await Promise.resolve().then(() => storage.getStore()));
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
      await new Promise((resolve) => process.nextTick(resolve));
      seen.push(storage.getStore());
      log.push(...seen.filter((one) => one !== name).map((one) => `${name} saw ${String(one)}`));
      log.push(name);
    });
  await Promise.all([run("a"), run("b")]);
  expectOrder(log, "a b");
};

/** Two consumers of one web stream: each chunk once. @type {Body} */
const webStreams = async ({ spawn }) => {
  let next = 0;
  const stream = new ReadableStream({
    async pull(controller) {
      await Promise.resolve();
      next += 1;
      controller.enqueue(next);
      if (next === 4) controller.close();
    },
  });
  /** @type {string[]} */
  const log = [];
  const reader = stream.getReader();
  const consume = (/** @type {string} */ name) => async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      log.push(`${name}${value}`);
    }
  };
  await Promise.all([spawn("a", consume("a")), spawn("b", consume("b"))]);
  expectOrder(log, "a1 b2 a3 b4");
};

/** @type {Body} */
const nodeStreams = async ({ spawn, io }) => {
  const fetchChunk = io("chunk", () => undefined);
  const source = async function* () {
    for (const chunk of ["1", "2", "3"]) {
      await fetchChunk();
      yield chunk;
    }
  };
  /** @type {string[]} */
  const log = [];
  const drain = (/** @type {string} */ name) => async () => {
    for await (const chunk of Readable.from(source())) log.push(`${name}${chunk}`);
  };
  await Promise.all([spawn("a", drain("a")), spawn("b", drain("b"))]);
  expectOrder(log, "a1 b1 a2 b2 a3 b3");
};

/**
 * Real files: their completions are events, in an order that replays. Each task has a file of its own, as two
 * operations on one file would really be under way together. @type {Body}
 */
const realFiles = async ({ spawn }) => {
  const folder = await files.mkdtemp(join(tmpdir(), "heddle-compat-"));
  /** @type {string[]} */
  const log = [];
  try {
    const copy = (/** @type {string} */ name) => async () => {
      const file = join(folder, name);
      await files.writeFile(file, name);
      log.push(await files.readFile(file, "utf8"));
    };
    await Promise.all([spawn("one", copy("one")), spawn("two", copy("two"))]);
  } finally {
    await files.rm(folder, { recursive: true });
  }
  expectOrder(log, "one two");
};

/** As ES modules mostly import them: by name. @type {Body} */
const namedImports = async ({ spawn, now }) => {
  /** @type {string[]} */
  const log = [];
  spawn("sleeper", async () => {
    await namedSleep(5);
    log.push(`slept@${now()}`);
  });
  spawn("reader", async () => {
    const text = await readFile(new URL(import.meta.url), "utf8");
    log.push(`read ${text.length > 0}`);
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expectOrder(log, "read true slept@5");
};

/** @param {Mode} mode */
function lacksSteadyFiles({ scope }) {
  if (scope !== "all" || !("Deno" in globalThis)) return undefined;
  return 'Deno\'s file operations consist of awaits in JavaScript, and scope "all" delays these too: they end when they like';
}

function lacksLiveImports() {
  if (namedSleep === timersPromises.setTimeout && readFile === files.readFile) return undefined;
  return "named imports of built-in modules keep what they were linked to: module.syncBuiltinESMExports() does nothing here";
}

/** No schedule breaks it: what all schedules are is compared. @type {Body} */
const safe = async () => {
  /** @type {Promise<unknown>} */
  let tail = Promise.resolve();
  let count = 0;
  const increment = async () => {
    const before = count;
    await Promise.resolve();
    count = before + 1;
  };
  const locked = () => {
    tail = tail.then(increment);
    return tail;
  };
  const idle = async () => {
    for (let hop = 0; hop < 3; hop += 1) await Promise.resolve();
  };
  await Promise.all([locked(), idle(), locked(), locked()]);
  if (count !== 3) fail("lost update", [count]);
};

/** @type {readonly Program[]} */
export const programs = [
  { name: "awaits", body: awaits },
  { name: "then chains", body: thenChains },
  { name: "adoption", body: adoption },
  { name: "timers", body: timers },
  { name: "io boundaries", body: ioBoundaries },
  { name: "ticks and microtasks", body: ticksAndMicrotasks },
  { name: "async generators", body: asyncGenerators },
  { name: "combinators", body: combinators },
  { name: "deadlock", body: deadlock },
  { name: "unhandled rejection", body: unhandledRejection },
  { name: "timers/promises", body: promiseTimers },
  { name: "AbortSignal.timeout", body: abortTimeout },
  { name: "messages", body: messages },
  { name: "date and random", body: dateAndRandom },
  { name: "async context", body: asyncContext },
  { name: "web streams", body: webStreams },
  { name: "node streams", body: nodeStreams },
  { name: "real files", body: realFiles, lacks: lacksSteadyFiles },
  { name: "named imports", body: namedImports, lacks: lacksLiveImports },
  { name: "safe", body: safe },
];
