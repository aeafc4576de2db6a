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
  // Takes the second value from what it wrote itself, and does not read the first one again.
  const writer: Code = function* (memory) {
    const value = 1;
    yield lock(1);
    yield POINT;
    memory.write(A, value);
    yield unlock(1);
    yield lock(2);
    yield POINT;
    memory.write(B, value + 1);
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
      const balance = memory.read(C);
      ensure(memory.read(A) === 0 || memory.read(B) === 0 || balance === 7);
    },
    function* (memory) {
      yield POINT;
      memory.write(C, memory.read(C) + 5);
      memory.write(A, 1);
    },
    function* (memory) {
      yield POINT;
      memory.write(C, memory.read(C) - 3);
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
        const before = memory.read(A);
        memory.write(A, before === 2 * round + parity ? before + 1 : before);
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

/** Two times, each the first to come and the last to go keep a lock for all (SCTBench). */
const carter: SimulatedThreads = {
  hasLocks: true,
  threads: [A, B].map((count): Code =>
    function* (memory) {
      yield lock(1);
      memory.write(count, memory.read(count) + 1);
      if (memory.read(count) === 1) yield lock(2);
      yield unlock(1);
      yield lock(1);
      memory.write(count, memory.read(count) - 1);
      if (memory.read(count) === 0) yield unlock(2);
      yield unlock(1);
    }),
};

// Programs without a bug, for which the number of traces is known (Abdulla et al., JACM 64(4), 2017).

/** Each writes the successor of its neighbour's number; one looks for the last zero. */
function lastZero(size: number): SimulatedThreads {
  const search: Code = function* (memory) {
    for (let index = size; ; index -= 1) {
      yield POINT;
      if (memory.read(index) === 0) return;
    }
  };
  const writer = (index: number): Code =>
    function* (memory) {
      yield POINT;
      const before = memory.read(index - 1);
      yield POINT;
      memory.write(index, before + 1);
    };
  return { threads: [search, ...Array.from({ length: size }, (_one, index) => writer(index + 1))] };
}

function readers(count: number): SimulatedThreads {
  const writer: Code = function* (memory) {
    yield POINT;
    memory.write(A, 1);
  };
  const reader: Code = function* (memory) {
    yield POINT;
    memory.read(A);
  };
  return { threads: [writer, ...times(count, reader)] };
}

/** Threads put four messages each into one hash table (Flanagan and Godefroid, POPL 2005). */
function indexer(count: number): SimulatedThreads {
  const slots = 128;
  const code = (thread: number): Code =>
    function* (memory) {
      for (let message = 1; message <= 4; message += 1) {
        const word = message * 11 + thread;
        for (let slot = (word * 7) % slots; ; slot = (slot + 1) % slots) {
          yield POINT;
          if (memory.read(slot) !== 0) continue;
          memory.write(slot, word);
          break;
        }
      }
    };
  return { threads: Array.from({ length: count }, (_one, thread) => code(thread)) };
}

/** Threads look for free blocks for their inodes (Flanagan and Godefroid, POPL 2005). */
function fileSystem(count: number): SimulatedThreads {
  const [inodes, blocks] = [32, 26];
  const [inode, busy] = [0, inodes];
  const code = (thread: number): Code =>
    function* (memory) {
      const own = thread % inodes;
      yield lock(own);
      yield POINT;
      if (memory.read(inode + own) === 0) {
        for (let block = (own * 2) % blocks; ; block = (block + 1) % blocks) {
          yield lock(inodes + block);
          yield POINT;
          if (memory.read(busy + block) === 0) {
            yield POINT;
            memory.write(busy + block, 1);
            yield POINT;
            memory.write(inode + own, block + 1);
            yield unlock(inodes + block);
            break;
          }
          yield unlock(inodes + block);
        }
      }
      yield unlock(own);
    };
  return { hasLocks: true, threads: Array.from({ length: count }, (_one, thread) => code(thread)) };
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

/** Those that are for counting traces besides. */
export const countable: Readonly<Record<string, SimulatedThreads>> = {
  ...simulated,
  lostUpdate_4x1: lostUpdate(4, 1),
  twostage_3: twostage(3),
  twostage_4: twostage(4),
  wronglock_3: wronglock(3),
  dining_2: dining(2),
  dining_4: dining(4),
  carter01: carter,
  chain_depth2: chain(2),
  chain_depth3: chain(3),
  lastzero_5: lastZero(5),
  lastzero_10: lastZero(10),
  readers_2: readers(2),
  readers_8: readers(8),
  indexer_12: indexer(12),
  filesystem_14: fileSystem(14),
  filesystem_16: fileSystem(16),
  filesystem_18: fileSystem(18),
  filesystem_19: fileSystem(19),
};
