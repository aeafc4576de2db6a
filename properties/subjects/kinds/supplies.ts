/** Queue, pool. */
import * as fc from "fast-check";
import PQueue from "p-queue";
import { Pool } from "tarn";
import { kind, type Kind } from "./kind.ts";

type Job = () => Promise<void>;
type Add = (job: Job) => Promise<unknown>;

const queue = kind<Add, number>({
  name: "queue",
  package: "p-queue",
  law: "each job runs once, in the order of the additions, two at a time",
  inputs: fc.integer({ min: 2, max: 5 }),
  small: 3,
  use: async ({ io, spawn, sleep, invariant }, add, jobs) => {
    const work = io("work");
    const added: number[] = [];
    const begun: number[] = [];
    let running = 0;
    invariant("two at a time", () => running <= 2);
    await Promise.all(
      Array.from({ length: jobs }, (_none, job) =>
        spawn(`job ${job}`, async () => {
          await sleep(job * 20);
          added.push(job);
          await add(async () => {
            begun.push(job);
            running += 1;
            await work();
            running -= 1;
          });
        }),
      ),
    );
    if (begun.join() !== added.join()) throw new Error(`added ${added.join()}, begun ${begun.join()}`);
  },
  published: () => {
    const own = new PQueue({ concurrency: 2 });
    return (job) => own.add(job);
  },
  mistake: "a worker looks at the next job, and takes it behind an await",
  planted: ({ io }) => {
    const audit = io("audit");
    const waiting: { readonly job: Job; readonly done: () => void }[] = [];
    let workers = 0;
    const work = async (): Promise<void> => {
      workers += 1;
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await audit();
        waiting.shift();
        await next.job();
        next.done();
      }
      workers -= 1;
    };
    return (job) =>
      new Promise<void>((done) => {
        waiting.push({ job, done });
        if (workers < 2) void work();
      });
  },
  runs: 1000,
});

interface Connection {
  isBusy: boolean;
}

interface Connections {
  acquire(): Promise<Connection>;
  release(connection: Connection): void;
}

const pool = kind<Connections, readonly number[]>({
  name: "pool",
  package: "tarn",
  law: "each connection has one borrower, there are two at most, and all can be had again",
  inputs: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 4 }),
  small: [1, 1],
  use: async ({ io, spawn, sleep }, own, borrowers) => {
    const query = io("query");
    const known = new Set<Connection>();
    const borrow = async (): Promise<void> => {
      const connection = await own.acquire();
      known.add(connection);
      if (connection.isBusy) throw new Error("a connection was handed out twice");
      if (known.size > 2) throw new Error("there are three connections");
      connection.isBusy = true;
      await query();
      connection.isBusy = false;
      own.release(connection);
    };
    await Promise.all(
      borrowers.map((times, index) =>
        spawn(`borrower ${index + 1}`, async () => {
          await sleep(index * 20);
          for (let time = 0; time < times; time++) await borrow();
        }),
      ),
    );
    await Promise.all([own.acquire(), own.acquire()]);
  },
  published: ({ io }) => {
    const own = new Pool<Connection>({ create: io("connect", () => ({ isBusy: false })), destroy: () => undefined, min: 0, max: 2 });
    return { acquire: () => own.acquire().promise, release: (connection) => void own.release(connection) };
  },
  mistake: "it pings an idle connection before it takes it",
  planted: ({ io }) => {
    const ping = io("ping", (_connection: Connection) => undefined);
    const idle: Connection[] = [{ isBusy: false }, { isBusy: false }];
    const waiting: ((connection: Connection) => void)[] = [];
    return {
      acquire: async () => {
        const found = idle.at(-1);
        if (found === undefined) return new Promise((give) => waiting.push(give));
        await ping(found);
        idle.splice(idle.indexOf(found), 1);
        return found;
      },
      release: (connection) => {
        const next = waiting.shift();
        if (next === undefined) idle.push(connection);
        else next(connection);
      },
    };
  },
  runs: 1000,
});

export const supplies: readonly Kind[] = [queue, pool];
