/**
 * Twelve racy bodies, each written twice: with `spawn`, and as ordinary code. What they share is the code that races, so
 * that a report of either names the same lines. A spawned task has the name that the call has in ordinary code.
 */
import type { Body, BodyContext } from "heddle";

type Make = (spawns: boolean) => Body;

function must(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

function counter({ io }: BodyContext): { readonly get: () => Promise<number>; readonly set: (to: number) => Promise<void>; readonly count: () => number } {
  let count = 0;
  const get = io("get", () => count);
  const set = io("set", (to: number) => {
    count = to;
  });
  return { get, set, count: () => count };
}

/** A function twice. */
const twice: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  async function increment(): Promise<void> {
    const seen = await get();
    await set(seen + 1);
  }
  await Promise.all(spawns ? [context.spawn("increment", increment), context.spawn("increment (2)", increment)] : [increment(), increment()]);
  must(count() === 2, "an increment is lost");
};

/** Calls that differ in what they are given. */
const byArgument: Make = (spawns) => async ({ io, spawn }) => {
  const order: string[] = [];
  const load = io("load", (name: string) => name);
  const save = io("save", (name: string) => void order.push(name));
  async function user(name: string): Promise<void> {
    await save(await load(name));
  }
  await Promise.all(spawns ? [spawn('user("a")', () => user("a")), spawn('user("b")', () => user("b"))] : [user("a"), user("b")]);
  must(order[0] === "a", "b was first");
};

/** A list of them. */
const mapped: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  const increment = async (): Promise<void> => {
    const seen = await get();
    await set(seen + 1);
  };
  const visit = async (_id: number): Promise<void> => {
    await increment();
  };
  await Promise.all([1, 2].map((id) => (spawns ? context.spawn(id === 1 ? "visit" : `visit (${id})`, () => visit(id)) : visit(id))));
  must(count() === 2, "an increment is lost");
};

/** Begun in a loop, and waited for later. */
const begunInLoop: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  const job = async (): Promise<void> => {
    await set((await get()) + 1);
  };
  const begun: Promise<void>[] = [];
  for (let index = 0; index < 3; index += 1) begun.push(spawns ? context.spawn(index === 0 ? "job" : `job (${index + 1})`, job) : job());
  for (const one of begun) await one;
  must(count() === 3, "an increment is lost");
};

/** A cache that asks three times. */
const cache: Make = (spawns) => async ({ io, spawn }) => {
  let loads = 0;
  const kept = new Map<string, number>();
  const load = io("load", (key: string) => {
    loads += 1;
    return key.length;
  });
  async function get(key: string): Promise<number> {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const loaded = await load(key);
    kept.set(key, loaded);
    return loaded;
  }
  const ask = (): Promise<number> => get("a");
  await Promise.all(spawns ? [spawn("get", ask), spawn("get (2)", ask), spawn("get (3)", ask)] : [get("a"), get("a"), get("a")]);
  must(loads === 1, "it was loaded more than once");
};

class Lock {
  private held = false;
  private readonly waiting: (() => void)[] = [];

  async acquire(): Promise<void> {
    if (this.held) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.waiting.shift()?.();
  }
}

/** Two locks in two orders: a deadlock, of which both waiters are told. */
const locks: Make = (spawns) => async ({ sleep, spawn }) => {
  const [left, right] = [new Lock(), new Lock()];
  async function transfer(first: Lock, second: Lock): Promise<void> {
    await first.acquire();
    await sleep(1);
    await second.acquire();
    second.release();
    first.release();
  }
  await Promise.all(spawns ? [spawn("transfer", () => transfer(left, right)), spawn("transfer (2)", () => transfer(right, left))] : [transfer(left, right), transfer(right, left)]);
};

/** Helpers that sleep are nobody's lane, and no row shows their lines. */
const helpers: Make = (spawns) => async ({ io, spawn }) => {
  let value = "";
  // oxlint-disable-next-line no-restricted-globals -- the body's own timer.
  const wait = (delayMs: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, delayMs));
  const put = io("put", (to: string) => {
    value = to;
  });
  async function slow(): Promise<void> {
    await wait(5);
    await put("slow");
  }
  async function fast(): Promise<void> {
    await wait(5);
    await put("fast");
  }
  await Promise.all(spawns ? [spawn("slow", slow), spawn("fast", fast)] : [slow(), fast()]);
  must(value === "fast", "slow was last");
};

/** Methods of one object. */
const methods: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  class Wallet {
    async withdraw(amount: number): Promise<void> {
      const balance = await get();
      if (balance >= -100) await set(balance - amount);
    }
    async deposit(amount: number): Promise<void> {
      const balance = await get();
      await set(balance + amount);
    }
  }
  const wallet = new Wallet();
  await Promise.all(
    spawns ? [context.spawn("withdraw", () => wallet.withdraw(60)), context.spawn("deposit", () => wallet.deposit(10))] : [wallet.withdraw(60), wallet.deposit(10)],
  );
  must(count() === -50, "one of them is lost");
};

/** What they call in turn is theirs. */
const nested: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  const read = async (): Promise<number> => await get();
  const write = async (to: number): Promise<void> => {
    await set(to);
  };
  async function checkout(): Promise<void> {
    const stock = await read();
    await write(stock + 1);
  }
  async function payout(): Promise<void> {
    const stock = await read();
    await write(stock + 1);
  }
  await Promise.all(spawns ? [context.spawn("checkout", checkout), context.spawn("payout", payout)] : [checkout(), payout()]);
  must(count() === 2, "one of them is lost");
};

/** Promises that are chained by hand. */
const chained: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  function increment(): Promise<void> {
    return get().then((seen) => set(seen + 1));
  }
  await Promise.all(spawns ? [context.spawn("increment", increment), context.spawn("increment (2)", increment)] : [increment(), increment()]);
  must(count() === 2, "an increment is lost");
};

/** A declared object. */
const declared: Make = (spawns) => async ({ shared, spawn }) => {
  const account = shared({ balance: 100 }, "account");
  async function withdraw(): Promise<void> {
    const { balance } = account;
    await Promise.resolve();
    account.balance = balance - 60;
  }
  await Promise.all(spawns ? [spawn("withdraw", withdraw), spawn("withdraw (2)", withdraw)] : [withdraw(), withdraw()]);
  must(account.balance === -20, "a withdrawal is lost");
};

/** Of three, two race. */
const three: Make = (spawns) => async (context) => {
  const { get, set, count } = counter(context);
  const log = context.io("log", (_text: string) => undefined);
  async function producer(): Promise<void> {
    await set((await get()) + 1);
  }
  async function consumer(): Promise<void> {
    await set((await get()) - 1);
  }
  async function audit(): Promise<void> {
    await log("begun");
    await log("ended");
  }
  await Promise.all(spawns ? [context.spawn("producer", producer), context.spawn("consumer", consumer), context.spawn("audit", audit)] : [producer(), consumer(), audit()]);
  must(count() === 0, "one of them is lost");
};

export const bodies: Readonly<Record<string, Make>> = { twice, byArgument, mapped, begunInLoop, cache, locks, helpers, methods, nested, chained, declared, three };
