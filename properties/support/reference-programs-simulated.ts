/**
 * The buggy reference programs, simulated: one wait is one decision, an execution ends at its first violation.
 * From SCTBench (Thomson, Donaldson, Betts, TOPC 2016) and from everyday JavaScript.
 */
import { ensure, lock, POINT, unlock, type Code, type SimulatedThreads } from "./reference-programs-machine.ts";

const times = (count: number, code: Code): Code[] => Array.from({ length: count }, () => code);
const [A, B, C] = [0, 1, 2];

/** Reads, waits, writes back. */
function lostUpdate(tasks: number, rounds: number): SimulatedThreads {
  const code: Code = function* (memory) {
    for (let round = 0; round < rounds; round += 1) {
      yield POINT;
      const seen = memory.read(A);
      yield POINT;
      memory.write(A, seen + 1);
    }
  };
  return { threads: times(tasks, code), end: (memory) => memory.read(A) === tasks * rounds };
}

function reorder(size: number): SimulatedThreads {
  const setter: Code = function* (memory) {
    yield POINT;
    memory.write(A, 1);
    yield POINT;
    memory.write(B, -1);
  };
  const checker: Code = function* (memory) {
    yield POINT;
    if (memory.read(A) === 0) {
      yield POINT;
      if (memory.read(B) === 0) return;
    }
    yield POINT;
    ensure(memory.read(A) === 1);
    yield POINT;
    ensure(memory.read(B) === -1);
  };
  return { threads: [...times(size - 1, setter), checker] };
}

function twostage(size: number): SimulatedThreads {
  const writer: Code = function* (memory) {
    yield lock(1);
    yield POINT;
    memory.write(A, 1);
    yield unlock(1);
    yield lock(2);
    yield POINT;
    memory.write(B, memory.read(A) + 1);
    yield unlock(2);
  };
  const reader: Code = function* (memory) {
    yield lock(1);
    yield POINT;
    const first = memory.read(A);
    yield unlock(1);
    if (first === 0) return;
    yield lock(2);
    yield POINT;
    const second = memory.read(B);
    yield unlock(2);
    ensure(second === first + 1);
  };
  return { hasLocks: true, threads: [...times(size - 1, writer), reader] };
}

function wronglock(size: number): SimulatedThreads {
  const one: Code = function* (memory) {
    yield lock(1);
    yield POINT;
    const x = memory.read(A);
    yield POINT;
    const y = memory.read(A);
    yield POINT;
    memory.write(A, y + 1);
    yield POINT;
    ensure(memory.read(A) === x + 1);
    yield unlock(1);
  };
  const other: Code = function* (memory) {
    yield lock(2);
    yield POINT;
    const y = memory.read(A);
    yield POINT;
    memory.write(A, y + 1);
    yield unlock(2);
  };
  return { hasLocks: true, threads: [one, ...times(size - 1, other)] };
}

const account: SimulatedThreads = {
  threads: [
    function* (memory) {
      yield POINT;
      if (memory.read(A) === 1 && memory.read(B) === 1) ensure(false);
    },
    function* (memory) {
      yield POINT;
      memory.write(A, 1);
    },
    function* (memory) {
      yield POINT;
      memory.write(B, 1);
    },
  ],
};

const tokenRing: SimulatedThreads = {
  threads: [
    function* (memory) {
      yield POINT;
      memory.write(A, (memory.read(C) + 1) % 4);
      memory.write(3, 1);
    },
    function* (memory) {
      yield POINT;
      memory.write(B, memory.read(A));
      memory.write(4, 1);
    },
    function* (memory) {
      yield POINT;
      memory.write(C, memory.read(B));
      memory.write(5, 1);
    },
    function* (memory) {
      yield POINT;
      const done = memory.read(3) + memory.read(4) + memory.read(5) === 3;
      if (done) ensure(memory.read(A) === memory.read(B) && memory.read(B) === memory.read(C));
    },
  ],
};

function dining(size: number): SimulatedThreads {
  const eater = (seat: number): Code =>
    function* () {
      const [left, right] = [seat, (seat + 1) % size];
      yield lock(left);
      yield lock(right);
      yield unlock(right);
      yield unlock(left);
    };
  return { hasLocks: true, threads: Array.from({ length: size }, (_one, seat) => eater(seat)) };
}

const deadlock: SimulatedThreads = {
  hasLocks: true,
  threads: [[A, B], [B, A]].map(([first, second]): Code =>
    function* () {
      yield lock(first!);
      yield lock(second!);
      yield unlock(second!);
      yield unlock(first!);
    }),
};

const [STOPPING, STOPPED, USERS, EVENT] = [0, 1, 2, 3];

/** `pendingIo` begins at 1: kept one lower here, as memory begins at 0. */
const bluetooth: SimulatedThreads = {
  threads: [
    function* (memory) {
      yield POINT;
      memory.write(STOPPING, 1);
      yield POINT;
      memory.write(USERS, memory.read(USERS) - 1);
      if (memory.read(USERS) === -1) {
        yield POINT;
        memory.write(EVENT, 1);
      }
      yield POINT;
      if (memory.read(EVENT) === 0) return;
      yield POINT;
      memory.write(STOPPED, 1);
    },
    function* (memory) {
      yield POINT;
      if (memory.read(STOPPING) === 0) {
        yield POINT;
        memory.write(USERS, memory.read(USERS) + 1);
        yield POINT;
        ensure(memory.read(STOPPED) === 0);
      }
      yield POINT;
      memory.write(USERS, memory.read(USERS) - 1);
      if (memory.read(USERS) === -1) {
        yield POINT;
        memory.write(EVENT, 1);
      }
    },
  ],
};

function stack(size: number): SimulatedThreads {
  const [top, flag] = [A, B];
  return {
    threads: [
      function* (memory) {
        for (let index = 0; index < size; index += 1) {
          yield POINT;
          memory.write(top, memory.read(top) + 1);
          memory.write(flag, 1);
        }
      },
      function* (memory) {
        for (let index = 0; index < size; index += 1) {
          yield POINT;
          if (memory.read(flag) === 0) continue;
          ensure(memory.read(top) > 0);
          memory.write(top, memory.read(top) - 1);
        }
      },
    ],
  };
}

const stringBuffer: SimulatedThreads = {
  threads: [
    function* (memory) {
      yield POINT;
      const deleted = memory.read(A);
      yield POINT;
      ensure(memory.read(A) <= deleted);
    },
    function* (memory) {
      yield POINT;
      memory.write(A, 3);
      yield POINT;
      memory.write(A, 0);
    },
  ],
};

/** The bug is that the short task comes last. */
function uneven(long: number): SimulatedThreads {
  const writes = (count: number, value: number): Code =>
    function* (memory) {
      for (let index = 0; index < count; index += 1) {
        yield POINT;
        memory.write(A, value);
      }
    };
  return { threads: [writes(1, 0), writes(long, 1)], end: (memory) => memory.read(A) !== 0 };
}

/** Two tasks must alternate strictly for the bug: its depth is twice the rounds. */
function chain(rounds: number): SimulatedThreads {
  const turn = (parity: number): Code =>
    function* (memory) {
      for (let round = 0; round < rounds; round += 1) {
        yield POINT;
        if (memory.read(A) === 2 * round + parity) memory.write(A, 2 * round + parity + 1);
      }
    };
  return { threads: [turn(0), turn(1)], end: (memory) => memory.read(A) !== 2 * rounds };
}

function staleResponse(count: number): SimulatedThreads {
  const [wanted, shown] = [A, B];
  const request = (query: number): Code =>
    function* (memory) {
      yield POINT;
      memory.write(wanted, Math.max(memory.read(wanted), query));
      yield POINT;
      yield POINT;
      memory.write(shown, query);
    };
  const threads = Array.from({ length: count }, (_one, index) => request(index + 1));
  return { threads, end: (memory) => memory.read(shown) === memory.read(wanted) };
}

function cacheStampede(count: number): SimulatedThreads {
  const code: Code = function* (memory) {
    yield POINT;
    if (memory.read(A) !== 0) return;
    yield POINT;
    yield POINT;
    memory.write(A, 1);
    memory.write(B, memory.read(B) + 1);
  };
  return { threads: times(count, code), end: (memory) => memory.read(B) === 1 };
}

function useAfterClose(uses: number): SimulatedThreads {
  return {
    threads: [
      function* (memory) {
        for (let index = 0; index < uses; index += 1) {
          yield POINT;
          if (memory.read(A) === 1) return;
          yield POINT;
          yield POINT;
          ensure(memory.read(A) === 0);
        }
      },
      function* (memory) {
        for (let index = 0; index < uses; index += 1) yield POINT;
        yield POINT;
        memory.write(A, 1);
      },
    ],
  };
}

/** fast-check's hard case: B's only step must come after all of A's. */
export function lastOfAll(length: number): SimulatedThreads {
  return {
    threads: [
      function* (memory) {
        for (let index = 0; index < length; index += 1) yield POINT;
        memory.write(A, 1);
      },
      function* (memory) {
        yield POINT;
        ensure(memory.read(A) === 0);
      },
    ],
  };
}

/** By name, the smaller before the larger. */
export const simulated: Readonly<Record<string, SimulatedThreads>> = {
  lostUpdate_2x1: lostUpdate(2, 1),
  lostUpdate_3x1: lostUpdate(3, 1),
  reorder_3: reorder(3),
  reorder_4: reorder(4),
  reorder_5: reorder(5),
  reorder_10: reorder(10),
  reorder_20: reorder(20),
  twostage_2: twostage(2),
  twostage_20: twostage(20),
  twostage_50: twostage(50),
  wronglock_2: wronglock(2),
  wronglock_8: wronglock(8),
  account,
  token_ring: tokenRing,
  deadlock01: deadlock,
  dining_3: dining(3),
  dining_5: dining(5),
  dining_7: dining(7),
  bluetooth,
  stack_3: stack(3),
  stack_10: stack(10),
  stringbuffer: stringBuffer,
  uneven_1v10: uneven(10),
  uneven_1v25: uneven(25),
  useAfterClose_3: useAfterClose(3),
  useAfterClose_10: useAfterClose(10),
  chain_depth4: chain(4),
  staleResponse_2: staleResponse(2),
  staleResponse_3: staleResponse(3),
  staleResponse_5: staleResponse(5),
  cacheStampede_2: cacheStampede(2),
  cacheStampede_3: cacheStampede(3),
};
