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
  const [one, two] = [shared(new Lock(), "one"), shared(new Lock(), "two")];
  several(size - 1, spawn, async () => {
    do await one.turn();
    while (!one.take());
    await turn();
    data.first = 1;
    await turn();
    one.release();
    do await two.turn();
    while (!two.take());
    await turn();
    data.second = data.first + 1;
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
  const done = shared({ deposit: false, withdrawal: false }, "done");
  spawn("check", async () => {
    await turn();
    if (done.deposit && done.withdrawal) ensure(false);
  });
  spawn("deposit", async () => {
    await turn();
    done.deposit = true;
  });
  spawn("withdraw", async () => {
    await turn();
    done.withdrawal = true;
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
    if (ring.first && ring.second && ring.third) ensure(ring.x1 === ring.x2 && ring.x2 === ring.x3);
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
