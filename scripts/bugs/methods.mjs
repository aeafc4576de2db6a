/** How a race is looked for: heddle, fast-check's scheduler, and real time. */
import { setTimeout as sleep } from "node:timers/promises";
import seedrandom from "seedrandom";
import { explore } from "../../dist/index.js";

/** @import { Meta, Request, Scenario, ScenarioIo, Trial } from "./types.d.ts" */
/** @typedef {{ meta: Meta, scenario: Scenario, loaded: unknown }} Bug */
/** @typedef {(bug: Bug, request: Request, seed: number | string) => Promise<Omit<Trial, "seed" | "method">>} Search */

/** @type {Record<Request["method"], Search>} */
export const methods = {
  heddle: searchWithHeddle,
  // A failure's seed says everything else.
  replay: searchWithHeddle,
  "fast-check": (bug, request, seed) => searchWithFastCheck(bug, request, seed, "scheduled"),
  "fast-check, real timers": (bug, request, seed) => searchWithFastCheck(bug, request, seed, "real"),
  latencies: searchInRealTime,
};

/** @type {Search} */
async function searchWithHeddle({ meta, scenario, loaded }, { runs, timeMs, order }, seed) {
  const exploration = await explore(
    ({ io, sleep: virtualSleep }) => {
      const op = (/** @type {string} */ name, /** @type {(() => unknown) | undefined} */ operation) => io(name, async () => operation?.())();
      return scenario.run(loaded, { op, sleep: sleeper(meta, virtualSleep, () => op("late", undefined)) });
    },
    { name: meta.name, latencyMs: meta.latencyMs, seed, runs, timeMs, ...(order === "auto" ? {} : { order }) },
  );
  const { failure, runs: executions, elapsedMs, uncontrolled } = exploration;
  if (failure === undefined) return { failed: false, executions, elapsedMs, uncontrolled };
  return {
    failed: true,
    executions: failure.foundAt,
    elapsedMs,
    uncontrolled,
    error: textOf(failure.error),
    kind: failure.kind,
    order: failure.order,
    deviations: failure.deviations.length,
    reproduced: failure.reproduced,
    replay: failure.seed,
  };
}

/**
 * As fast-check's documentation has it: what is asynchronous goes through `scheduleFunction`, and `waitFor` runs the
 * scheduled tasks in a random order until the scenario is over. What becomes of a pause is up to its user: a scheduled
 * task as well, or a real timer, which is not the scheduler's to reorder.
 * @param {Bug} bug
 * @param {Request} request
 * @param {number | string} seed
 * @param {"scheduled" | "real"} pauses
 * @returns {ReturnType<Search>}
 */
async function searchWithFastCheck({ meta, scenario, loaded }, { runs, timeMs }, seed, pauses) {
  const { default: fc } = await import("fast-check");
  const stray = new StrayErrors();
  const startedAt = performance.now();
  let executions = 0;
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    executions += 1;
    const op = scheduler.scheduleFunction(async (/** @type {string} */ _name, /** @type {(() => unknown) | undefined} */ operation) => operation?.());
    const pause = scheduler.scheduleFunction(async (/** @type {number} */ _delayMs) => undefined);
    /** @type {ScenarioIo} */
    const io = {
      op: (name, operation) => op(name, operation),
      sleep: pauses === "scheduled" ? (delayMs) => pause(delayMs) : sleeper(meta, (delayMs) => sleep(delayMs), () => op("late", undefined)),
    };
    await stray.raceWith(scheduler.waitFor(scenario.run(loaded, io)));
  });
  const details = await fc.check(property, { numRuns: runs, seed: Number(seed), endOnFailure: true, interruptAfterTimeLimit: timeMs });
  stray.stop();
  const failed = details.failed && details.counterexample !== null;
  return {
    failed,
    executions: failed ? details.numRuns : executions,
    elapsedMs: performance.now() - startedAt,
    ...(failed ? { error: textOf(details.errorInstance) } : {}),
  };
}

/**
 * Plain executions, whose operations take random real times of at most the bug's latency bound.
 * @type {Search}
 */
async function searchInRealTime({ meta, scenario, loaded }, { runs, timeMs }, seed) {
  const random = seedrandom(String(seed));
  const stray = new StrayErrors();
  const late = () => sleep(random() * meta.latencyMs);
  /** @type {ScenarioIo} */
  const io = {
    async op(_name, operation) {
      await late();
      const result = await operation?.();
      await late();
      return result;
    },
    sleep: sleeper(meta, (delayMs) => sleep(delayMs), late),
  };
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  try {
    for (let execution = 1; execution <= runs; execution += 1) {
      try {
        await stray.raceWith(scenario.run(loaded, io));
      } catch (error) {
        return { failed: true, executions: execution, elapsedMs: elapsedMs(), error: textOf(error) };
      }
      if (elapsedMs() > timeMs) return { failed: false, executions: execution, elapsedMs: elapsedMs() };
    }
    return { failed: false, executions: runs, elapsedMs: elapsedMs() };
  } finally {
    stray.stop();
  }
}

/**
 * @param {Meta} meta
 * @param {(delayMs: number) => Promise<void>} exact
 * @param {() => Promise<unknown>} late - how late a timer's effect is, where the outside world decides that
 * @returns {ScenarioIo["sleep"]}
 */
function sleeper(meta, exact, late) {
  if (meta.sleep === "exact") return exact;
  return async (delayMs) => {
    await exact(delayMs);
    await late();
  };
}

/** Errors that nobody caught: a test runner would fail the test that they come from. */
class StrayErrors {
  /** @type {(error: unknown) => void} */
  #reject = () => undefined;
  #note = (/** @type {unknown} */ error) => this.#reject(error);

  constructor() {
    process.on("uncaughtException", this.#note).on("unhandledRejection", this.#note);
  }

  /** @param {Promise<unknown>} execution */
  async raceWith(execution) {
    await Promise.race([execution, new Promise((_resolve, reject) => (this.#reject = reject))]);
  }

  stop() {
    process.off("uncaughtException", this.#note).off("unhandledRejection", this.#note);
  }
}

/** The first line. @param {unknown} error */
function textOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
