/**
 * Random bodies: tasks that communicate in every way that heddle sees, as ordinary async TypeScript. For holding the
 * reduced search against one that tries every interleaving.
 */
import type { Body } from "heddle";
import fc from "fast-check";

const OPERATIONS = [
  "read", "write", "settle", "reject", "wait", "race", "any", "all", "then", "insert", "lookup", "list", "remove", "timer", "clear", "sleep", "immediate",
  "abort", "listen", "aborted", "ask", "store", "draw", "clock", "float", "spawn", "generate",
] as const;
export type BodyOperation = (typeof OPERATIONS)[number];

export interface Line {
  readonly operation: BodyOperation;
  /** Which variable, promise, key or timer: 0 or 1. */
  readonly of: number;
  /** Whether an await comes before it. */
  readonly waits: boolean;
}

/** For each task its lines. */
export type RandomBody = readonly (readonly Line[])[];

export function randomBodies(operations: readonly BodyOperation[]): fc.Arbitrary<RandomBody> {
  const line = fc.record({
    operation: fc.oneof({ arbitrary: fc.constantFrom<BodyOperation>("read", "write"), weight: 1 }, { arbitrary: fc.constantFrom(...operations), weight: 3 }),
    of: fc.nat(1),
    waits: fc.boolean(),
  });
  return fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 });
}

class Deferred {
  settle!: (value: number) => void;
  reject!: (reason: Error) => void;
  readonly promise: Promise<number> = new Promise((resolve, reject) => {
    this.settle = resolve;
    this.reject = reject;
  });
}

/** A store whose operations take several steps. */
class Store {
  rows: number[] = [];

  async add(row: number): Promise<number> {
    const { length } = this.rows;
    await undefined;
    await Promise.resolve();
    this.rows = [...this.rows.slice(0, length), row];
    return length;
  }
}

async function* counting(): AsyncGenerator<number> {
  for (let value = 1; ; value += 1) {
    await Promise.resolve();
    yield value;
  }
}

/** What an execution has left behind. */
export interface Remains {
  state: () => unknown;
}

export function bodyOf(program: RandomBody, remains: Remains): Body {
  return ({ spawn, shared, io, sleep, random, now }) => {
    const variables = shared({ 0: 0, 1: 0 }, "variables") as Record<number, number>;
    const [plain, rawEntries] = [{ timers: {} as Record<number, ReturnType<typeof setTimeout>> }, new Map<string, number>()];
    const entries = shared(rawEntries, "entries");
    const timers = shared(plain.timers, "timers");
    const promises = [new Deferred(), new Deferred()];
    const controller = new AbortController();
    const generator = counting();
    const store = new Store();
    const rows = io.wrap(store, "store");
    const echo = io("echo", (value: number) => value);
    /** By line: two tasks never write one field. */
    const seen: Record<number, unknown> = {};
    remains.state = () => [variables[0], variables[1], [...rawEntries], seen, store.rows];
    for (const { promise } of promises) promise.catch(() => undefined);

    const heard = (promise: Promise<unknown>): Promise<unknown> => promise.catch((reason: unknown) => (reason as Error).message);
    const run = async ({ operation, of }: Line, mark: number): Promise<void> => {
      const note = (what: unknown): void => {
        seen[mark] = what;
      };
      const both = promises.map(({ promise }) => promise);
      switch (operation) {
        case "read":
          return note(variables[of]);
        case "write":
          variables[of] = (variables[of]! * 3 + mark) % 997;
          return;
        case "settle":
          return promises[of]!.settle(mark);
        case "reject":
          return promises[of]!.reject(new Error(`no ${mark}`));
        case "wait":
          return note(await heard(both[of]!));
        case "race":
          return note(await heard(Promise.race(both)));
        case "any":
          return note(await heard(Promise.any(both)));
        case "all":
          return note(await heard(Promise.all(both)));
        case "then":
          void heard(both[of]!).then((value) => note(value));
          return;
        case "insert":
          return void entries.set(`key ${of}`, mark);
        case "lookup":
          return note(entries.get(`key ${of}`));
        case "list":
          return note([...entries]);
        case "remove":
          return note(entries.delete(`key ${of}`));
        case "timer":
          timers[of] = setTimeout(() => (variables[of] = (variables[of]! * 5 + mark) % 997), 10 + of * 10);
          return;
        case "clear":
          return clearTimeout(timers[of]);
        case "sleep":
          return sleep(5 + of * 10);
        case "immediate":
          return void setImmediate(() => (variables[of] = (variables[of]! * 7 + mark) % 997));
        case "abort":
          return controller.abort();
        case "listen":
          return controller.signal.addEventListener("abort", () => note("aborted"));
        case "aborted":
          return note(controller.signal.aborted);
        case "ask":
          return note(await echo(mark));
        case "store":
          return note(await rows.add(mark));
        case "draw":
          return note(Math.floor(random() * 100));
        case "clock":
          return note(now());
        case "float":
          void (async () => {
            await Promise.resolve();
            variables[of] = (variables[of]! * 11 + mark) % 997;
          })();
          return;
        case "spawn":
          void spawn(`child ${mark}`, async () => {
            await Promise.resolve();
            note(variables[of]);
          });
          return;
        default:
          return note((await generator.next()).value);
      }
    };
    const play = async (task: number): Promise<void> => {
      for (const [at, line] of program[task]!.entries()) {
        if (line.waits) await Promise.resolve();
        await run(line, task * 10 + at + 1);
      }
    };
    return Promise.all(program.map((_lines, task) => play(task)));
  };
}

/** Everything but what is opaque, and so hardly reduced. */
export const SEEN_THROUGH: readonly BodyOperation[] = OPERATIONS.filter((operation) => !["timer", "clear", "sleep", "immediate", "clock", "float", "then"].includes(operation));
export const EVERY_OPERATION: readonly BodyOperation[] = OPERATIONS;
