/**
 * Programs for Node's event loop, as data: I/O, messages, timers, immediates, ticks and microtasks, started by one another. They
 * are played by the same interpreter natively and under heddle, and write down what is set and what runs.
 */
import { MessageChannel } from "node:worker_threads";
import fc from "fast-check";

export type Operation =
  | { readonly type: "io" | "file" | "fileCallback" | "message" | "immediate" | "tick" | "microtask" | "settled" }
  | { readonly type: "timer"; readonly delayMs: number }
  | { readonly type: "interval"; readonly delayMs: number; readonly times: number }
  | { readonly type: "combinator"; readonly name: "all" | "allSettled" | "race" | "any"; readonly parts: readonly Operation[] };

export interface Statement {
  readonly operation: Operation;
  /** The task waits for it; or else goes on, and the body runs in the callback. */
  readonly isAwaited: boolean;
  readonly body: readonly Statement[];
}

export interface LoopProgram {
  readonly tasks: readonly (readonly Statement[])[];
}

/** What is told of a program's run. `go` is the continuation of an await, `act` what an I/O does at its far end. */
export interface Entry {
  readonly what: "set" | "run" | "act" | "go" | "react" | "clear";
  /** The operation, by its place in the program. */
  readonly id: string;
  readonly operation: Operation;
  /** What the world's clock shows. */
  readonly atMs: number;
}

/** What differs between the two ways to run a program. */
export interface World {
  io(id: string, act: () => void): Promise<void>;
  file(): Promise<unknown>;
  fileCallback(callback: () => void): void;
  now(): number;
}

const NAMES = ["all", "allSettled", "race", "any"] as const;
/**
 * The delays of one program. Two timers of a list are never due within 10 ms of each other, an interval's second time
 * included: which of them is first is no matter of luck. A delay of 0 or 1 is in a race with immediates and messages,
 * others are not.
 */
const DELAYS_MS: readonly (readonly number[])[] = [[30, 10, 90], [0, 20, 60], [20, 1, 60], [12, 40, 1]];

/** @param files - whether there is real I/O, which is slow to explore. */
export function loopPrograms(files: boolean): fc.Arbitrary<LoopProgram> {
  const slow: readonly Operation["type"][] = files ? ["file", "fileCallback"] : ["io", "io", "io"];
  const simple = fc.constantFrom<Operation["type"]>(...slow, "timer", "timer", "timer", "message", "message", "immediate", "immediate", "tick", "microtask", "settled");
  const leaf = simple.map((type) => ({ type }) as Operation);
  const combinator = fc.record({ type: fc.constant("combinator" as const), name: fc.constantFrom(...NAMES), parts: fc.array(leaf, { minLength: 1, maxLength: 2 }) });
  const interval = fc.constant({ type: "interval", delayMs: 0, times: 2 } as const);
  const operation: fc.Arbitrary<Operation> = fc.oneof({ weight: 12, arbitrary: leaf }, { weight: 1, arbitrary: combinator }, { weight: 1, arbitrary: interval });
  const { statement } = fc.letrec<{ statement: Statement }>((tie) => ({
    statement: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      fc.record({ operation, isAwaited: fc.boolean(), body: fc.constant([]) }),
      fc.record({ operation, isAwaited: fc.constant(false), body: fc.array(tie("statement"), { minLength: 1, maxLength: 2 }) }),
    ),
  }));
  const tasks = fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  return fc.tuple(tasks, fc.constantFrom(...DELAYS_MS)).map(withDelays).filter(({ isSmall }) => isSmall);
}

/** Gives each timer a delay of its own. */
function withDelays([tasks, delaysMs]: [readonly (readonly Statement[])[], readonly number[]]): LoopProgram & { readonly isSmall: boolean } {
  let timers = 0;
  let slow = 0;
  const operation = (one: Operation): Operation => {
    if (one.type === "combinator") return { ...one, parts: one.parts.map(operation) };
    if (!["tick", "microtask", "settled"].includes(one.type)) slow += 1;
    if (one.type !== "timer" && one.type !== "interval") return one;
    timers += 1;
    return { ...one, delayMs: delaysMs[(timers - 1) % delaysMs.length]! };
  };
  const statement = (one: Statement): Statement => ({ ...one, operation: operation(one.operation), body: one.body.map(statement) });
  const all = tasks.map((task) => task.map(statement));
  return { tasks: all, isSmall: slow >= 2 && slow <= 6 && timers <= delaysMs.length };
}

/** Plays a program to its end, when nothing of it is left to run. */
export async function play(program: LoopProgram, world: World): Promise<readonly Entry[]> {
  const player = new Player(world);
  for (const [index, task] of program.tasks.entries()) player.open.push(player.run(task, String(index)));
  // What is opened meanwhile is waited for too.
  for (let index = 0; index < player.open.length; index += 1) await player.open[index];
  return player.entries;
}

/** A log to compare: what is set follows from what has run. */
export function lineOf(entries: readonly Entry[]): string {
  return entries.filter(({ what }) => what !== "set" && what !== "clear").map(({ what, id }) => `${what} ${id}`).join(", ");
}

class Player {
  readonly entries: Entry[] = [];
  readonly open: Promise<unknown>[] = [];
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  async run(statements: readonly Statement[], path: string): Promise<void> {
    for (const [index, { operation, isAwaited, body }] of statements.entries()) {
      const id = `${path}.${index}`;
      if (isAwaited) {
        await this.start(operation, id, () => undefined);
        this.note("go", id, operation);
      } else {
        this.open.push(this.start(operation, id, () => void this.open.push(this.run(body, id))));
      }
    }
  }

  private note(what: Entry["what"], id: string, operation: Operation): void {
    this.entries.push({ what, id, operation, atMs: this.world.now() });
  }

  /** @param then - called where the operation's callback is. */
  private start(operation: Operation, id: string, then: () => void): Promise<unknown> {
    const { world } = this;
    this.note("set", id, operation);
    const ran = (): void => {
      this.note("run", id, operation);
      then();
    };
    const queued = (enqueue: (callback: () => void) => unknown): Promise<void> =>
      new Promise((resolve) => {
        enqueue(() => {
          ran();
          resolve();
        });
      });
    const reacted = (promise: Promise<unknown>): Promise<void> => {
      const first = promise.then(ran);
      this.open.push(promise.then(() => this.note("react", id, operation)));
      return first;
    };
    switch (operation.type) {
      case "io":
        return reacted(world.io(id, () => this.note("act", id, operation)));
      case "file":
        return reacted(world.file());
      case "fileCallback":
        return queued((callback) => world.fileCallback(callback));
      case "settled":
        return reacted(Promise.resolve());
      case "timer":
        return queued((callback) => setTimeout(callback, operation.delayMs));
      case "message":
        return queued(post);
      case "immediate":
        return queued((callback) => setImmediate(callback));
      case "tick":
        return queued((callback) => process.nextTick(callback));
      case "microtask":
        return queued((callback) => queueMicrotask(callback));
      case "interval":
        return this.interval(operation, id, then);
      case "combinator": {
        const parts = operation.parts.map((part, index) => this.start(part, `${id}/${index}`, () => undefined));
        this.open.push(...parts);
        return reacted(combined(operation.name, parts));
      }
    }
  }

  private interval(operation: Operation & { type: "interval" }, id: string, then: () => void): Promise<void> {
    let times = 0;
    return new Promise((resolve) => {
      const handle = setInterval(() => {
        times += 1;
        this.note("run", id, operation);
        if (times === 1) then();
        if (times < operation.times) return;
        clearInterval(handle);
        this.note("clear", id, operation);
        resolve();
      }, operation.delayMs);
    });
  }
}

/** A message between two ports of this thread. They are left open: that they are closed would be told too. */
function post(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port2.on("message", () => {
    port2.unref();
    callback();
  });
  port1.postMessage(0);
}

function combined(name: (typeof NAMES)[number], parts: readonly Promise<unknown>[]): Promise<unknown> {
  switch (name) {
    case "all":
      return Promise.all(parts);
    case "allSettled":
      return Promise.allSettled(parts);
    case "race":
      return Promise.race(parts);
    case "any":
      return Promise.any(parts);
  }
}
