import { describe, expect, it } from "vitest";
import { ForestProgram } from "../../properties/support/forests.ts";
import { drivePlan, instantHost, simulate } from "../../properties/support/simulation.ts";
import { fifo } from "../strategies/fifo.ts";
import { random } from "../strategies/random.ts";
import { drive } from "./drive.ts";
import { PendingEvent, TimerEvent } from "./event.ts";
import { Execution } from "./execution.ts";
import type { Host, Program } from "./host.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { Strategy } from "./strategy.ts";

class Action extends PendingEvent {
  private readonly action: () => void;

  constructor(execution: Execution, kind: "await" | "completion" | "outside" | "request", action: () => void) {
    super(kind, execution.task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

class Timer extends TimerEvent {
  private readonly action: () => void;

  constructor(execution: Execution, action: () => void) {
    super("timer", execution.task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

type Setup = (execution: Execution, finish: () => void) => void;

function programOf(setup: Setup, extra: Partial<Program<Execution>> = {}): Program<Execution> {
  let isFinished = false;
  return {
    start: (execution) => setup(execution, () => (isFinished = true)),
    get finished() {
      return isFinished;
    },
    ...extra,
  };
}

function run(program: Program<Execution>, settings: { readonly strategy?: Strategy; readonly maxSteps?: number; readonly host?: Host; readonly latencyMs?: number } = {}): Outcome {
  let outcome: Outcome | undefined;
  const { strategy = fifo(), maxSteps = 100, host = instantHost, latencyMs = 100 } = settings;
  new Execution(host, program, { order: "latency", latencyMs, maxSteps, strategy, recorder: undefined }, (result) => {
    outcome = result;
  }).start();
  return outcome!;
}

const forest = [{ children: [] }, { children: [] }];

describe("an execution", () => {
  it("ends when the program has finished, whatever is still pending", () => {
    const outcome = run(programOf((execution, finish) => {
      execution.readyContinuation(new Action(execution, "await", finish));
      execution.readyContinuation(new Action(execution, "await", () => expect.unreachable()));
    }));
    expect(outcome).toMatchObject({ failure: undefined, steps: 1, decisions: 1, choices: [] });
  });

  it("is a deadlock when nothing can run", () => {
    const outcome = run(programOf((execution) => execution.readyContinuation(new Action(execution, "await", () => undefined))));
    expect(outcome.failure).toMatchObject({ kind: "deadlock" });
  });

  it("is a livelock after `maxSteps` steps, and the message has the limit", () => {
    const again: Setup = (execution) => execution.readyContinuation(new Action(execution, "await", () => again(execution, () => undefined)));
    const outcome = run(programOf(again), { maxSteps: 17 });
    expect(outcome).toMatchObject({ steps: 17, failure: { kind: "livelock", error: { message: "livelock: not ended after 17 steps (maxSteps: 17)" } } });
  });

  it("fails with what a step throws, or the start, or the check after a step", () => {
    const error = new Error("from a step");
    const throwing = programOf((execution) => execution.readyContinuation(new Action(execution, "await", () => {
      throw error;
    })));
    expect(run(throwing).failure).toEqual({ kind: "error", error });
    const early = programOf(() => {
      throw error;
    });
    expect(run(early)).toMatchObject({ failure: { kind: "error", error }, steps: 0 });
    let checks = 0;
    const checked = programOf((execution) => {
      for (let count = 0; count < 3; count += 1) execution.readyContinuation(new Action(execution, "await", () => undefined));
    }, { check: () => {
      checks += 1;
      if (checks === 3) throw error;
    } });
    // Once after the start, and after each step.
    expect(run(checked)).toMatchObject({ failure: { kind: "invariant", error }, steps: 2 });
  });

  it("keeps the first failure", () => {
    const outcome = run(programOf((execution) => {
      execution.fail("error", "first");
      execution.fail("invariant", "second");
    }));
    expect(outcome.failure).toEqual({ kind: "error", error: "first" });
  });

  it("hears of a failure at the end, in place of a deadlock and of none", () => {
    const late = { kind: "unhandled-rejection" as const, error: "late" };
    expect(run(programOf((_execution, finish) => finish(), { end: () => late })).failure).toBe(late);
    expect(run(programOf(() => undefined, { end: () => late })).failure).toBe(late);
    expect(run(programOf((execution) => execution.fail("error", "first"), { end: () => late })).failure).toMatchObject({ error: "first" });
  });

  it("refuses an event that is not legal", () => {
    const wrong: Strategy = { name: "mine", pick: () => ({}) as PendingEvent };
    const outcome = run(new ForestProgram(forest), { strategy: wrong });
    expect(outcome.diverged).toMatchObject({ code: "BAD_STRATEGY" });
    expect(outcome.diverged?.message).toContain('strategy "mine" returned something that is not one of the legal events');
  });

  it("asks the strategy only where there is a choice, numbers the decisions, and tells of every step", () => {
    const [asked, ran]: [number[], string[]] = [[], []];
    const strategy: Strategy = {
      name: "mine",
      pick: (legal, decision) => {
        expect(legal.length).toBeGreaterThan(1);
        asked.push(decision);
        return legal.at(-1)!;
      },
      ran: (event) => ran.push(event.id),
    };
    const outcome = run(new ForestProgram([{ children: [{ children: [] }] }, { children: [] }]), { strategy });
    expect(asked).toEqual([0]);
    expect(ran).toHaveLength(3);
    expect(outcome.choices).toEqual([0, 1]);
  });

  it("moves the clock with timers only, and notes the least latency that it took", () => {
    const seen: number[] = [];
    const outcome = run(programOf((execution, finish) => {
      execution.arm(new Timer(execution, () => seen.push(execution.now)), 30);
      execution.readyCompletion(new Action(execution, "completion", () => {
        seen.push(execution.now);
        finish();
      }));
    }), { strategy: { name: "last", pick: (legal) => legal.at(-1)! } });
    expect(seen).toEqual([30, 30]);
    expect(outcome.latencyMs).toBe(30);
  });

  it("takes what arrives from outside in the order in which it was asked for", () => {
    const order: string[] = [];
    let execution: Execution | undefined;
    let pending: Action[] = [];
    const program = programOf((started, finish) => {
      execution = started;
      pending = ["a", "b", "c"].map((name) => {
        const event = new Action(started, "outside", () => {
          order.push(name);
          if (order.length === 3) finish();
        });
        started.register(event);
        return event;
      });
    });
    // They arrive backwards, during the first wait.
    let waits = 0;
    const host: Host = {
      settle: () => true,
      waitForOutside: (_idle, resume) => {
        waits += 1;
        if (waits > 1) return true;
        for (const event of pending.reverse()) execution!.arriveFromOutside(event);
        queueMicrotask(resume);
        return false;
      },
    };
    return new Promise<void>((resolve) => {
      new Execution(host, program, { order: "production", latencyMs: 100, maxSteps: 100, strategy: fifo(), recorder: undefined }, (outcome) => {
        expect(outcome.failure).toBeUndefined();
        expect(order).toEqual(["a", "b", "c"]);
        resolve();
      }).start();
    });
  });

  it("takes what arrived while a step was settled together with what it then waits for", () => {
    const order: string[] = [];
    const pending: Action[] = [];
    let current: Execution | undefined;
    const program = programOf((execution, finish) => {
      current = execution;
      for (const name of ["a", "b", "c"]) {
        const event = new Action(execution, "outside", () => {
          order.push(name);
          if (order.length === 3) finish();
        });
        execution.register(event);
        pending.push(event);
      }
    });
    const host: Host = {
      settle: () => {
        // The last is the first to be over, when the event loop turns for another reason.
        if (pending.length === 3) current!.arriveFromOutside(pending.pop()!);
        return true;
      },
      waitForOutside: (isIdle) => {
        expect(isIdle).toBe(false);
        while (pending.length > 0) current!.arriveFromOutside(pending.pop()!);
        return true;
      },
    };
    expect(run(program, { host }).failure).toBeUndefined();
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("takes the same course on a host that settles later", async () => {
    const trees = [{ children: [{ children: [] }, { children: [] }] }, { children: [] }];
    const later: Host = {
      settle: (resume) => {
        queueMicrotask(resume);
        return false;
      },
      waitForOutside: () => true,
    };
    function* plan(): Plan<Outcome> {
      const strategy = random("7");
      strategy.begin?.(0);
      return yield { strategy, order: "latency" };
    }
    const atOnce = drivePlan(plan(), () => new ForestProgram(trees));
    const setting = { host: later, program: () => new ForestProgram(trees), latencyMs: 100, maxSteps: 100 };
    const delayed = await new Promise<Outcome>((resolve, reject) => drive(plan(), setting, resolve, reject));
    expect(delayed).toEqual(atOnce);
  });
});

describe("an exploration", () => {
  it("says that a body is not deterministic when its first schedule does not come out alike twice", () => {
    let times = 0;
    const program = (): Program<Execution> => new ForestProgram(Array.from({ length: (times += 1) }, () => ({ children: [] })));
    expect(simulate(program, random("1")).found).toMatchObject({ nondeterministic: true, reproduced: 0 });
  });

  it("says so when a failure does not come again", () => {
    let times = 0;
    const program = (): Program<Execution> => {
      times += 1;
      const own = times;
      return new ForestProgram(forest, (order) => {
        if (own === 7 && order.length === 2) throw new Error("once");
      });
    };
    expect(simulate(program, random("1")).found).toMatchObject({ nondeterministic: true });
  });

  it("is complete at once where there is nothing to decide", () => {
    const result = simulate(() => new ForestProgram([{ children: [{ children: [] }] }]), random("1"));
    expect(result.orders).toMatchObject([{ runs: 1, complete: true, vacuous: true }]);
  });

  it("never calls a random search complete", () => {
    expect(simulate(() => new ForestProgram(forest), random("1"), { runs: 50 }).orders).toMatchObject([{ runs: 50, complete: false, vacuous: false }]);
  });

  it("tries one order after another, and shares the executions out", () => {
    const result = simulate(() => new ForestProgram(forest), random("1"), { orders: ["latency", "chaos"], runs: 21 });
    expect(result.orders.map(({ order, runs }) => [order, runs])).toEqual([["latency", 11], ["chaos", 10]]);
    expect(result).toMatchObject({ runs: 21, distinct: 2, distinctIsExact: true });
  });

  it("stops when the time is up, and is not complete then", () => {
    let left = 5;
    const result = simulate(() => new ForestProgram(forest), random("1"), { hasTime: () => (left -= 1) >= 0 });
    expect(result.runs).toBeLessThan(10);
    expect(result.orders.every(({ complete }) => !complete)).toBe(true);
  });
});
