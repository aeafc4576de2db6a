/**
 * The programs of SCTBench and others, one await to a decision, with the number of their interleavings. An execution
 * ends at the first assertion that does not hold.
 */
import { ensure, type Operation, type Thread } from "./simulation.ts";

export interface ReferenceProgram {
  readonly name: string;
  readonly threads: readonly Thread[];
  readonly interleavings: number;
}

const lock = (name: string): Operation => ({ lock: name });
const unlock = (name: string): Operation => ({ unlock: name });
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

function* increment(variable: string, rounds: number, world: Parameters<Thread>[0]): Generator<Operation, void> {
  for (let round = 0; round < rounds; round += 1) {
    yield "point";
    const before = world.get(variable);
    yield "point";
    world.set(variable, before + 1);
  }
}

const lostUpdate: Thread = (world) => increment("v", 1, world);

const account: readonly Thread[] = [
  function* (world) {
    yield "point";
    if (world.get("deposited") === 1 && world.get("withdrawn") === 1) ensure(world.get("balance") === 0);
  },
  function* (world) {
    yield "point";
    world.set("deposited", 1);
  },
  function* (world) {
    yield "point";
    world.set("withdrawn", 1);
  },
];

const tokenRing: readonly Thread[] = [
  function* (world) {
    yield "point";
    world.set("x1", (world.get("x3") + 1) % 4);
    world.set("f1", 1);
  },
  function* (world) {
    yield "point";
    world.set("x2", world.get("x1"));
    world.set("f2", 1);
  },
  function* (world) {
    yield "point";
    world.set("x3", world.get("x2"));
    world.set("f3", 1);
  },
  function* (world) {
    yield "point";
    const done = world.get("f1") + world.get("f2") + world.get("f3") === 3;
    if (done) ensure(world.get("x1") === world.get("x2") && world.get("x2") === world.get("x3"));
  },
];

const reorderSetter: Thread = function* (world) {
  yield "point";
  world.set("a", 1);
  yield "point";
  world.set("b", -1);
};

const reorderChecker: Thread = function* (world) {
  yield "point";
  if (world.get("a") === 0) {
    yield "point";
    if (world.get("b") === 0) return;
  }
  yield "point";
  ensure(world.get("a") === 1);
  yield "point";
  ensure(world.get("b") === -1);
};

const twoStageWriter: Thread = function* (world) {
  yield lock("1");
  yield "point";
  world.set("d1", 1);
  yield unlock("1");
  yield lock("2");
  yield "point";
  world.set("d2", world.get("d1") + 1);
  yield unlock("2");
};

const twoStageReader: Thread = function* (world) {
  yield lock("1");
  yield "point";
  const first = world.get("d1");
  yield unlock("1");
  if (first === 0) return;
  yield lock("2");
  yield "point";
  const second = world.get("d2");
  yield unlock("2");
  ensure(second === first + 1);
};

const wrongLockA: Thread = function* (world) {
  yield lock("d");
  yield "point";
  const x = world.get("v");
  yield* increment("v", 1, world);
  yield "point";
  ensure(world.get("v") === x + 1);
  yield unlock("d");
};

const wrongLockB: Thread = function* (world) {
  yield lock("t");
  yield* increment("v", 1, world);
  yield unlock("t");
};

const takesBoth = (first: string, second: string): Thread =>
  function* () {
    yield lock(first);
    yield lock(second);
    yield unlock(second);
    yield unlock(first);
  };

const dining = (count: number): Thread[] =>
  Array.from({ length: count }, (_one, index) => takesBoth(`fork${index}`, `fork${(index + 1) % count}`));

const carter = (count: string): Thread =>
  function* (world) {
    yield lock("m");
    world.set(count, world.get(count) + 1);
    if (world.get(count) === 1) yield lock("l");
    yield unlock("m");
    yield lock("m");
    world.set(count, world.get(count) - 1);
    if (world.get(count) === 0) yield unlock("l");
    yield unlock("m");
  };

const bluetoothStop: Thread = function* (world) {
  yield "point";
  world.set("stopping", 1);
  yield "point";
  world.set("users", world.get("users") - 1);
  // The driver itself counts as one user.
  if (world.get("users") === -1) {
    yield "point";
    world.set("event", 1);
  }
  yield "point";
  if (world.get("event") === 1) {
    yield "point";
    world.set("stopped", 1);
  }
};

const bluetoothAdd: Thread = function* (world) {
  yield "point";
  if (world.get("stopping") === 0) {
    yield "point";
    world.set("users", world.get("users") + 1);
    yield "point";
    ensure(world.get("stopped") === 0);
  }
  yield "point";
  world.set("users", world.get("users") - 1);
  if (world.get("users") === -1) {
    yield "point";
    world.set("event", 1);
  }
};

const stack = (size: number): Thread[] => [
  function* (world) {
    for (let index = 0; index < size; index += 1) {
      yield "point";
      world.set("top", world.get("top") + 1);
      world.set("flag", 1);
    }
  },
  function* (world) {
    for (let index = 0; index < size; index += 1) {
      yield "point";
      if (world.get("flag") === 0) continue;
      ensure(world.get("top") > 0);
      world.set("top", world.get("top") - 1);
    }
  },
];

const stringBuffer: readonly Thread[] = [
  function* (world) {
    yield "point";
    const taken = world.get("deleted");
    yield "point";
    ensure(world.get("deleted") <= taken);
  },
  function* (world) {
    yield "point";
    world.set("deleted", 3);
    yield "point";
    world.set("deleted", 0);
  },
];

const writes = (count: number): Thread =>
  function* (world) {
    for (let index = 0; index < count; index += 1) {
      yield "point";
      world.set("c", count);
    }
  };

const staleResponse = (query: number): Thread =>
  function* (world) {
    yield "point";
    world.set("query", Math.max(world.get("query"), query));
    yield "point";
    yield "point";
    world.set("shown", query);
  };

const cacheStampede: Thread = function* (world) {
  yield "point";
  if (world.get("cache") === 1) return;
  yield "point";
  yield "point";
  world.set("cache", 1);
};

const useAfterClose = (uses: number): Thread[] => [
  function* (world) {
    for (let index = 0; index < uses; index += 1) {
      yield "point";
      if (world.get("closed") === 1) return;
      yield "point";
      yield "point";
      ensure(world.get("closed") === 0);
    }
  },
  function* (world) {
    for (let index = 0; index < uses; index += 1) yield "point";
    yield "point";
    world.set("closed", 1);
  },
];

const one = (name: string, interleavings: number, threads: readonly Thread[]): ReferenceProgram => ({ name, interleavings, threads });

/** Threads that never wait for one another: as async functions they have exactly the same schedules. */
export const lockFree: readonly ReferenceProgram[] = [
  one("lostUpdate 2x1", 6, times(2, lostUpdate)),
  one("lostUpdate 3x1", 90, times(3, lostUpdate)),
  one("lostUpdate 4x1", 2520, times(4, lostUpdate)),
  one("account", 6, account),
  one("token_ring", 24, tokenRing),
  one("reorder_3", 162, [...times(2, reorderSetter), reorderChecker]),
  one("reorder_4", 6573, [...times(3, reorderSetter), reorderChecker]),
  one("bluetooth", 73, [bluetoothStop, bluetoothAdd]),
  one("stack_3", 18, stack(3)),
  one("stringbuffer", 6, stringBuffer),
  one("uneven_1v10", 11, [writes(1), writes(10)]),
  one("chain 2", 6, [writes(2), writes(2)]),
  one("chain 3", 20, [writes(3), writes(3)]),
  one("chain 4", 70, [writes(4), writes(4)]),
  one("staleResponse_2", 20, [staleResponse(1), staleResponse(2)]),
  one("staleResponse_3", 1680, [staleResponse(1), staleResponse(2), staleResponse(3)]),
  one("cacheStampede_2", 20, times(2, cacheStampede)),
  one("cacheStampede_3", 1428, times(3, cacheStampede)),
  one("useAfterClose_3", 715, useAfterClose(3)),
];

/** Threads with locks. */
export const locking: readonly ReferenceProgram[] = [
  one("twostage_2", 22, [twoStageWriter, twoStageReader]),
  one("wronglock_2", 199, [wrongLockA, wrongLockB]),
  one("deadlock01", 6, [takesBoth("a", "b"), takesBoth("b", "a")]),
  one("dining_2", 6, dining(2)),
  one("dining_3", 168, dining(3)),
  one("carter01", 4, [carter("A"), carter("B")]),
];

/** Too many schedules for the async form in the time of a test. */
export const lockingLarge: readonly ReferenceProgram[] = [
  one("twostage_3", 3280, [...times(2, twoStageWriter), twoStageReader]),
  one("wronglock_3", 4782, [wrongLockA, ...times(2, wrongLockB)]),
];
