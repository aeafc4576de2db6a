/**
 * What an execution leaves pending does not change the next: over state that outlives the body, generated bodies leave
 * behind all that can be pending, and every execution finds what the first one found. So none of them fails.
 */
import fc from "fast-check";
import { explore, type Body, type ExploreOptions } from "heddle";
import { expect, test } from "vitest";
import { cases, law } from "./support/cases.ts";

/** A way to have something done later. */
type Way = "then" | "await" | "microtask" | "tick" | "immediate" | "timer" | "interval" | "message" | "io" | "sleep";
const WAYS: readonly Way[] = ["then", "await", "microtask", "tick", "immediate", "timer", "interval", "message", "io", "sleep"];

/** Work that goes through several turns, one after another, with nobody waiting for it. */
interface Work {
  /** Which of the module's queues it is for. */
  readonly queue: number;
  readonly turns: readonly { readonly way: Way; readonly delayMs: number }[];
}

const works: fc.Arbitrary<readonly Work[]> = fc.array(
  fc.record({
    queue: fc.nat({ max: 2 }),
    turns: fc.array(fc.record({ way: fc.constantFrom(...WAYS), delayMs: fc.nat({ max: 60 }) }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

type Context = Parameters<Body>[0];

function later(way: Way, delayMs: number, { io, sleep }: Context, then: () => void): void {
  switch (way) {
    case "then":
      return void Promise.resolve().then(then);
    case "await":
      return void (async () => {
        await Promise.resolve();
        then();
      })();
    case "microtask":
      return queueMicrotask(then);
    case "tick":
      return process.nextTick(then);
    case "immediate":
      return void setImmediate(then);
    case "timer":
      return void setTimeout(then, delayMs);
    case "interval": {
      const timer = setInterval(() => {
        clearInterval(timer);
        then();
      }, delayMs);
      return;
    }
    case "message": {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        then();
      };
      return port2.postMessage(1);
    }
    case "io":
      return void io("work")().then(then);
    case "sleep":
      return void sleep(delayMs).then(then);
  }
}

/** Queues as modules keep them: each takes a flag for it that its turn has been asked for. */
class Queues {
  private readonly asked = new Set<number>();
  done = 0;

  add({ queue, turns }: Work, context: Context): void {
    if (this.asked.has(queue)) return;
    this.asked.add(queue);
    const go = (at: number): void => {
      const turn = turns[at];
      if (turn !== undefined) return later(turn.way, turn.delayMs, context, () => go(at + 1));
      this.asked.delete(queue);
      this.done += 1;
    };
    go(0);
  }

  /** What a body finds of earlier executions. */
  get left(): number {
    return this.asked.size;
  }
}

async function findsNothing(program: readonly Work[], options: ExploreOptions): Promise<void> {
  const queues = new Queues();
  const found = new Set<number>();
  const body: Body = async (context) => {
    found.add(queues.left);
    const step = context.io("step");
    await Promise.all([step(), step()]);
    for (const work of program) queues.add(work, context);
    if (found.size > 1) throw new Error(`${queues.left} queues wait for their turn`);
  };
  const { failure, uncontrolled } = await explore(body, { leaks: "ignore", ...options });
  expect(failure?.sentence).toBeUndefined();
  expect([...found]).toEqual([0]);
  expect(uncontrolled).toEqual([]);
}

test.each(["production", "latency", "chaos"] as const)("every execution finds what the first one found, under %s", law(120_000), async (order) => {
  await fc.assert(
    fc.asyncProperty(works, fc.constantFrom("auto", "random", "exhaustive"), (program, strategy) => findsNothing(program, { order, strategy, runs: 12 })),
    cases(100),
  );
});

/** A body that fails in the midst of it goes on to where it has let go of what it holds. */
test("nor does an execution that failed change its replays", law(120_000), async () => {
  await fc.assert(
    fc.asyncProperty(works, async (program) => {
      const queues = new Queues();
      const body: Body = async (context) => {
        if (queues.left > 0) throw new TypeError("found something of another execution");
        const log: string[] = [];
        const step = context.io("step", (name: string) => void log.push(name));
        for (const work of program) queues.add(work, context);
        await Promise.all([step("a"), step("b")]);
        if (log[0] === "b") throw new RangeError("b came first");
      };
      const { failure } = await explore(body, { order: "production", leaks: "ignore", runs: 50 });
      expect(failure).toMatchObject({ kind: "error", error: { message: "b came first" }, reproduced: "5 of 5" });
      expect(failure!.leftOver).toBeUndefined();
    }),
    cases(100),
  );
});
