/**
 * The buggy reference programs as ordinary async TypeScript: what a user would write, and what `explore()` runs. Each
 * bears the name of its simulation in `reference-programs-simulated.ts` and has the same decisions, but for locks: a
 * task that finds a lock taken has used up a decision to find that out.
 */
import type { Body, BodyContext } from "heddle";

const turn = (): Promise<void> => Promise.resolve();

class Violation extends Error {}

function ensure(holds: boolean): void {
  if (!holds) throw new Violation("assertion failed");
}

/** `do await lock.turn(); while (!lock.take())`. */
class Lock {
  isHeld = false;
  private released: Promise<void> = turn();
  private wake: () => void = () => undefined;

  turn(): Promise<void> {
    return this.isHeld ? this.released : turn();
  }

  take(): boolean {
    if (this.isHeld) return false;
    this.isHeld = true;
    this.released = new Promise((resolve) => {
      this.wake = resolve;
    });
    return true;
  }

  release(): void {
    this.isHeld = false;
    this.wake();
  }
}

const several = (count: number, spawn: BodyContext["spawn"], task: (index: number) => Promise<void>): Promise<void>[] =>
  Array.from({ length: count }, (_one, index) => spawn(`task ${index + 1}`, () => task(index)));

/** Ends a body with a check, which is no decision more: nothing else is left then. */
async function finallyEnsure(tasks: readonly Promise<void>[], check: () => boolean): Promise<void> {
  await Promise.all(tasks);
  ensure(check());
}

const lostUpdate = (count: number): Body => ({ spawn, shared }) => {
  const counter = shared({ value: 0 }, "counter");
  const tasks = several(count, spawn, async () => {
    await turn();
    const { value } = counter;
    await turn();
    counter.value = value + 1;
  });
  return finallyEnsure(tasks, () => counter.value === count);
};

const reorder = (size: number): Body => ({ spawn, shared }) => {
  const pair = shared({ a: 0, b: 0 }, "pair");
  several(size - 1, spawn, async () => {
    await turn();
    pair.a = 1;
    await turn();
    pair.b = -1;
  });
  spawn("checker", async () => {
    await turn();
    if (pair.a === 0) {
      await turn();
      if (pair.b === 0) return;
    }
    await turn();
    ensure(pair.a === 1);
    await turn();
    ensure(pair.b === -1);
  });
};

const twostage = (size: number): Body => ({ spawn, shared }) => {
  const data = shared({ first: 0, second: 0 }, "data");
  const value = 1;
  const [one, two] = [shared(new Lock(), "one"), shared(new Lock(), "two")];
  several(size - 1, spawn, async () => {
    do await one.turn();
    while (!one.take());
    await turn();
    data.first = value;
    await turn();
    one.release();
    do await two.turn();
    while (!two.take());
    await turn();
    data.second = value + 1;
    await turn();
    two.release();
  });
  spawn("reader", async () => {
    do await one.turn();
    while (!one.take());
    await turn();
    const { first } = data;
    await turn();
    one.release();
    if (first === 0) return;
    do await two.turn();
    while (!two.take());
    await turn();
    const { second } = data;
    await turn();
    two.release();
    ensure(second === first + 1);
  });
};

const wronglock = (size: number): Body => ({ spawn, shared }) => {
  const counter = shared({ value: 0 }, "counter");
  const [one, two] = [shared(new Lock(), "one"), shared(new Lock(), "two")];
  spawn("careful", async () => {
    do await one.turn();
    while (!one.take());
    await turn();
    const before = counter.value;
    await turn();
    const now = counter.value;
    await turn();
    counter.value = now + 1;
    await turn();
    ensure(counter.value === before + 1);
    await turn();
    one.release();
  });
  several(size - 1, spawn, async () => {
    do await two.turn();
    while (!two.take());
    await turn();
    const now = counter.value;
    await turn();
    counter.value = now + 1;
    await turn();
    two.release();
  });
};

const account: Body = ({ spawn, shared }) => {
  const one = shared({ balance: 0, isDeposited: false, isWithdrawn: false }, "account");
  spawn("check", async () => {
    await turn();
    const { balance } = one;
    // It takes the withdrawal for a deposit.
    if (one.isDeposited && one.isWithdrawn) ensure(balance === 7);
  });
  spawn("deposit", async () => {
    await turn();
    one.balance += 5;
    one.isDeposited = true;
  });
  spawn("withdraw", async () => {
    await turn();
    one.balance -= 3;
    one.isWithdrawn = true;
  });
};

const tokenRing: Body = ({ spawn, shared }) => {
  const ring = shared({ x1: 0, x2: 0, x3: 0, first: false, second: false, third: false }, "ring");
  spawn("first", async () => {
    await turn();
    ring.x1 = (ring.x3 + 1) % 4;
    ring.first = true;
  });
  spawn("second", async () => {
    await turn();
    ring.x2 = ring.x1;
    ring.second = true;
  });
  spawn("third", async () => {
    await turn();
    ring.x3 = ring.x2;
    ring.third = true;
  });
  spawn("check", async () => {
    await turn();
    const { first, second, third } = ring;
    if (first && second && third) ensure(ring.x1 === ring.x2 && ring.x2 === ring.x3);
  });
};

const bluetooth: Body = ({ spawn, shared }) => {
  const driver = shared({ pendingIo: 1, stopping: false, stopped: false, event: false }, "driver");
  spawn("stop", async () => {
    await turn();
    driver.stopping = true;
    await turn();
    driver.pendingIo -= 1;
    if (driver.pendingIo === 0) {
      await turn();
      driver.event = true;
    }
    await turn();
    if (!driver.event) return;
    await turn();
    driver.stopped = true;
  });
  spawn("add", async () => {
    await turn();
    if (!driver.stopping) {
      await turn();
      driver.pendingIo += 1;
      await turn();
      ensure(!driver.stopped);
    }
    await turn();
    driver.pendingIo -= 1;
    if (driver.pendingIo === 0) {
      await turn();
      driver.event = true;
    }
  });
};

const stack = (size: number): Body => ({ spawn, shared }) => {
  const stacked = shared({ top: 0, wasPushed: false }, "stack");
  spawn("push", async () => {
    for (let index = 0; index < size; index += 1) {
      await turn();
      stacked.top += 1;
      stacked.wasPushed = true;
    }
  });
  spawn("pop", async () => {
    for (let index = 0; index < size; index += 1) {
      await turn();
      if (!stacked.wasPushed) continue;
      ensure(stacked.top > 0);
      stacked.top -= 1;
    }
  });
};

const uneven = (long: number): Body => ({ spawn, shared }) => {
  const last = shared({ writer: 0 }, "last");
  const short = spawn("short", async () => {
    await turn();
    last.writer = 0;
  });
  const other = spawn("long", async () => {
    for (let index = 0; index < long; index += 1) {
      await turn();
      last.writer = 1;
    }
  });
  return finallyEnsure([short, other], () => last.writer !== 0);
};

const staleResponse = (count: number): Body => ({ spawn, shared }) => {
  const page = shared({ query: 0, shown: 0 }, "page");
  const tasks = several(count, spawn, async (index) => {
    const query = index + 1;
    await turn();
    page.query = Math.max(page.query, query);
    await turn();
    await turn();
    page.shown = query;
  });
  return finallyEnsure(tasks, () => page.shown === page.query);
};

const stringBuffer: Body = ({ spawn, shared }) => {
  const buffer = shared({ length: 0 }, "buffer");
  spawn("reader", async () => {
    await turn();
    const { length } = buffer;
    await turn();
    ensure(buffer.length <= length);
  });
  spawn("writer", async () => {
    await turn();
    buffer.length = 3;
    await turn();
    buffer.length = 0;
  });
};

const chain = (rounds: number): Body => ({ spawn, shared }) => {
  const state = shared({ steps: 0 }, "state");
  const alternating = (name: string, parity: number): Promise<void> =>
    spawn(name, async () => {
      for (let round = 0; round < rounds; round += 1) {
        await turn();
        const { steps } = state;
        state.steps = steps === 2 * round + parity ? steps + 1 : steps;
      }
    });
  return finallyEnsure([alternating("even", 0), alternating("odd", 1)], () => state.steps !== 2 * rounds);
};

const cacheStampede = (count: number): Body => ({ spawn, shared }) => {
  const cache = shared({ isFilled: false, loads: 0 }, "cache");
  const tasks = several(count, spawn, async () => {
    await turn();
    if (cache.isFilled) return;
    await turn();
    await turn();
    cache.isFilled = true;
    cache.loads += 1;
  });
  return finallyEnsure(tasks, () => cache.loads === 1);
};

const useAfterClose = (uses: number): Body => ({ spawn, shared }) => {
  const connection = shared({ isOpen: true }, "connection");
  spawn("user", async () => {
    for (let index = 0; index < uses; index += 1) {
      await turn();
      if (!connection.isOpen) return;
      await turn();
      await turn();
      ensure(connection.isOpen);
    }
  });
  spawn("closer", async () => {
    for (let index = 0; index < uses; index += 1) await turn();
    await turn();
    connection.isOpen = false;
  });
};

const dining = (size: number): Body => ({ spawn, shared }) => {
  const forks = Array.from({ length: size }, (_one, index) => shared(new Lock(), `fork ${index}`));
  several(size, spawn, async (seat) => {
    const [left, right] = [forks[seat]!, forks[(seat + 1) % size]!];
    do await left.turn();
    while (!left.take());
    do await right.turn();
    while (!right.take());
    await turn();
    right.release();
    await turn();
    left.release();
  });
};

const carter: Body = ({ spawn, shared }) => {
  const counts = shared({ a: 0, b: 0 }, "counts");
  const [door, hall] = [shared(new Lock(), "door"), shared(new Lock(), "hall")];
  for (const one of ["a", "b"] as const) {
    spawn(one, async () => {
      do await door.turn();
      while (!door.take());
      counts[one] += 1;
      if (counts[one] === 1) {
        do await hall.turn();
        while (!hall.take());
      }
      await turn();
      door.release();
      do await door.turn();
      while (!door.take());
      counts[one] -= 1;
      if (counts[one] === 0) {
        await turn();
        hall.release();
      }
      await turn();
      door.release();
    });
  }
};

const readers = (count: number): Body => ({ spawn, shared }) => {
  const state = shared({ value: 0 }, "state");
  spawn("writer", async () => {
    await turn();
    state.value = 1;
  });
  several(count, spawn, async () => {
    await turn();
    ensure(state.value < 2);
  });
};

const lastZero = (size: number): Body => ({ spawn, shared }) => {
  const numbers = shared(Object.fromEntries(Array.from({ length: size + 1 }, (_one, index) => [index, 0])), "numbers");
  spawn("search", async () => {
    for (let index = size; ; index -= 1) {
      await turn();
      if (numbers[index] === 0) return;
    }
  });
  several(size, spawn, async (index) => {
    await turn();
    const before = numbers[index]!;
    await turn();
    numbers[index + 1] = before + 1;
  });
};

const indexer = (count: number): Body => ({ spawn, shared }) => {
  const slots = 128;
  const table = shared(Object.fromEntries(Array.from({ length: slots }, (_one, slot) => [slot, 0])), "table");
  several(count, spawn, async (task) => {
    for (let message = 1; message <= 4; message += 1) {
      const word = message * 11 + task;
      for (let slot = (word * 7) % slots; ; slot = (slot + 1) % slots) {
        await turn();
        if (table[slot] !== 0) continue;
        table[slot] = word;
        break;
      }
    }
  });
};

const fileSystem = (count: number): Body => ({ spawn, shared }) => {
  const [inodes, blocks] = [32, 26];
  const inode = shared(Object.fromEntries(Array.from({ length: inodes }, (_one, index) => [index, 0])), "inode");
  const busy = shared(Object.fromEntries(Array.from({ length: blocks }, (_one, index) => [index, false])), "busy");
  const locks = Array.from({ length: inodes + blocks }, (_one, index) => shared(new Lock(), `lock ${index}`));
  several(count, spawn, async (task) => {
    const own = task % inodes;
    do await locks[own]!.turn();
    while (!locks[own]!.take());
    await turn();
    if (inode[own] === 0) {
      for (let block = (own * 2) % blocks; ; block = (block + 1) % blocks) {
        const lock = locks[inodes + block]!;
        do await lock.turn();
        while (!lock.take());
        await turn();
        if (busy[block] === false) {
          await turn();
          busy[block] = true;
          await turn();
          inode[own] = block + 1;
          await turn();
          lock.release();
          break;
        }
        await turn();
        lock.release();
      }
    }
    await turn();
    locks[own]!.release();
  });
};

/** fast-check's hard case. */
export const lastOfAllAsync = (length: number): Body => ({ spawn, shared }) => {
  const state = shared({ isDone: false }, "state");
  spawn("A", async () => {
    for (let index = 0; index < length; index += 1) await turn();
    state.isDone = true;
  });
  spawn("B", async () => {
    await turn();
    ensure(!state.isDone);
  });
};

/** Those whose FIFO order passes, by the names of their simulations. */
export const asynchronous: Readonly<Record<string, Body>> = {
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
  bluetooth,
  stack_3: stack(3),
  stack_10: stack(10),
  uneven_1v10: uneven(10),
  uneven_1v25: uneven(25),
  staleResponse_2: staleResponse(2),
  staleResponse_3: staleResponse(3),
  staleResponse_5: staleResponse(5),
  // FIFO fails at once.
  lostUpdate_2x1: lostUpdate(2),
  lostUpdate_3x1: lostUpdate(3),
};

/** Those whose traces are counted, by the names of their simulations. */
export const countableAsync: Readonly<Record<string, Body>> = {
  ...asynchronous,
  lostUpdate_4x1: lostUpdate(4),
  twostage_3: twostage(3),
  twostage_4: twostage(4),
  wronglock_3: wronglock(3),
  deadlock01: dining(2),
  dining_2: dining(2),
  dining_3: dining(3),
  dining_4: dining(4),
  dining_5: dining(5),
  carter01: carter,
  stringbuffer: stringBuffer,
  chain_depth2: chain(2),
  chain_depth3: chain(3),
  chain_depth4: chain(4),
  cacheStampede_2: cacheStampede(2),
  cacheStampede_3: cacheStampede(3),
  useAfterClose_3: useAfterClose(3),
  lastzero_5: lastZero(5),
  readers_2: readers(2),
  readers_8: readers(8),
  indexer_12: indexer(12),
  filesystem_14: fileSystem(14),
  filesystem_16: fileSystem(16),
  filesystem_18: fileSystem(18),
  filesystem_19: fileSystem(19),
};

/**
 * The same program for counting: an execution ends with the first task that fails, as it does in the simulation. It
 * takes the tasks for plain calls, so that nothing else is waited for.
 */
export function endingAtOnce(program: Body): Body {
  return (context) => {
    const tasks: unknown[] = [];
    const spawn = ((_name: string, task: () => unknown) => {
      const started = task();
      tasks.push(started);
      return started;
    }) as BodyContext["spawn"];
    const { shared } = context;
    const result = program({ ...context, spawn, shared });
    return Promise.all([...tasks, result]);
  };
}
