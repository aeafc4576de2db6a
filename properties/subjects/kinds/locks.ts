/** Mutex, semaphore, read-write lock. */
import { Mutex, Semaphore } from "async-mutex";
import { RWLock } from "async-rwlock";
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { kind, type Kind } from "./kind.ts";

type Within = <Result>(work: () => Promise<Result>) => Promise<Result>;

interface Visitor {
  readonly rounds: number;
  /** Its work fails each time. */
  readonly fails: boolean;
}

const visitors = fc.array(fc.record<Visitor>({ rounds: fc.integer({ min: 1, max: 2 }), fails: fc.boolean() }, { noNullPrototype: true }), { minLength: 2, maxLength: 4 });

const visit =
  (most: number) =>
  async ({ io, spawn, sleep, invariant }: BodyContext, within: Within, given: readonly Visitor[]): Promise<void> => {
    const work = io("work");
    let inside = 0;
    invariant(`at most ${most} inside`, () => inside <= most);
    const enter = (fails: boolean): Promise<void> =>
      within(async () => {
        inside += 1;
        await work();
        inside -= 1;
        if (fails) throw new RangeError("the work failed");
      }).catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
      });
    await Promise.all(
      given.map(({ rounds, fails }, index) =>
        spawn(`visitor ${index + 1}`, async () => {
          for (let round = 0; round < rounds; round++) {
            await sleep(index * 20);
            await enter(fails);
          }
        }),
      ),
    );
    // Everything has been given back: as many as may get in at once.
    await Promise.all(Array.from({ length: most }, () => enter(false)));
  };

/** Looks whether there is room, notes who comes, and takes it. */
function checkThenTake({ io }: BodyContext, permits: number): Within {
  const audit = io("audit");
  const waiting: (() => void)[] = [];
  let free = permits;
  return async (work) => {
    if (free > 0) {
      await audit();
      free -= 1;
    } else await new Promise<void>((wake) => waiting.push(wake));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

const few: readonly Visitor[] = [{ rounds: 1, fails: true }, { rounds: 1, fails: false }];

const mutex = kind<Within, readonly Visitor[]>({
  name: "mutex",
  package: "async-mutex",
  law: "one inside at a time, and everybody gets in, whoever fails",
  inputs: visitors,
  small: few,
  use: visit(1),
  published: () => {
    const own = new Mutex();
    return (work) => own.runExclusive(work);
  },
  mistake: "it awaits between looking and taking",
  planted: (context) => checkThenTake(context, 1),
  runs: 1000,
});

const semaphore = kind<Within, readonly Visitor[]>({
  name: "semaphore",
  package: "async-mutex",
  law: "two inside at a time, and everybody gets in, whoever fails",
  inputs: visitors,
  small: [...few, { rounds: 1, fails: false }],
  use: visit(2),
  published: () => {
    const own = new Semaphore(2);
    return (work) => own.runExclusive(work);
  },
  mistake: "it awaits between looking and taking",
  planted: (context) => checkThenTake(context, 2),
  runs: 1000,
  isComplete: false,
});

interface Rooms {
  readonly reading: Within;
  readonly writing: Within;
}

type Errand = "read" | "write";

/** A writer waits for other writers, and not for the readers that are inside. */
function forgetsReaders(): Rooms {
  let last: Promise<unknown> = Promise.resolve();
  return {
    reading: async (work) => (await last, await work()),
    writing: (work) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

const readWriteLock = kind<Rooms, readonly Errand[]>({
  name: "read-write lock",
  package: "async-rwlock",
  law: "a writer is alone, and readers see all of a write or nothing",
  inputs: fc.array(fc.constantFrom<Errand>("read", "write"), { minLength: 2, maxLength: 5 }),
  small: ["read", "write"],
  use: async ({ io, spawn }, { reading, writing }, errands) => {
    const [arrive, work] = [io("arrive"), io("work")];
    let [first, second] = [0, 0];
    const read = async (): Promise<void> => {
      const seen = first;
      await work();
      if (seen !== second) throw new Error(`a reader saw ${seen}, and then ${second}`);
    };
    const write = async (): Promise<void> => {
      first += 1;
      await work();
      second += 1;
      if (first !== second) throw new Error("two writers are inside");
    };
    await Promise.all(
      errands.map((errand, index) =>
        spawn(`${errand} ${index + 1}`, async () => {
          await arrive();
          await (errand === "read" ? reading(read) : writing(write));
        }),
      ),
    );
  },
  published: () => {
    const own = new RWLock();
    const within = async <Result>(enter: Promise<void>, work: () => Promise<Result>): Promise<Result> => {
      await enter;
      try {
        return await work();
      } finally {
        own.unlock();
      }
    };
    return { reading: (work) => within(own.readLock(), work), writing: (work) => within(own.writeLock(), work) };
  },
  mistake: "a writer does not wait for readers",
  planted: forgetsReaders,
  runs: 1000,
});

export const locks: readonly Kind[] = [mutex, semaphore, readWriteLock];
