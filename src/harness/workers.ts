import { Worker } from "node:worker_threads";
import type { KeptSchedule } from "../corpus/corpus.ts";
import { HeddleError } from "../engine/errors.ts";
import type { ExplorationResult, OrderSummary } from "../engine/exploration.ts";
import { HashTally } from "../engine/hash-tally.ts";
import type { OrderName } from "../engine/options.ts";
import { natives } from "../host/natives.ts";
import { ownFolder } from "../host/own-place.ts";
import { subshard } from "../strategies/shard.ts";
import type { Sightings } from "../subjects/sightings.ts";
import { Finish } from "./finish.ts";
import { Lifelines, type Stuck } from "./lifelines.ts";
import type { Settings } from "./options.ts";
import type { WorkerAnswer, WorkerFound, WorkerResult, WorkerTask } from "./worker-messages.ts";

const LOOK_EVERY_MS = 50;

/** What the thread that asks wants to know and say meanwhile. */
export interface Watch {
  readonly sightings: Sightings;
  /** Gets what escaped control in the workers. */
  readonly escaped: Set<string>;
  readonly hasTime: () => boolean;
  readonly onExecution: (runs: number) => void;
}

/** What all workers together came to; the failure, if any, as the earliest of them found it. */
export interface SplitResult extends Omit<ExplorationResult, "found"> {
  readonly found: WorkerFound | undefined;
  /** What the workers have kept of their failures. */
  readonly kept: readonly KeptSchedule[];
  /** Says which workers hung in an execution, and were ended. */
  readonly hung: string | undefined;
}

/** By itself: a bundler that meets it within `new Worker(…)` would make a bundle of its own of it. */
const WORKER = new URL("harness/worker.js", ownFolder);

/**
 * Searches in several threads, each a shard of the whole. Which failure is found does not depend on their speed (see
 * `Finish`); how many executions the others had made by then does.
 * @throws HeddleError what a worker threw; `STUCK_WORKER` where one could not load the body in time.
 */
export async function searchInWorkers(module: URL, settings: Settings, watch: Watch): Promise<SplitResult> {
  const count = settings.workers;
  const memory = Finish.memory(count);
  const finish = new Finish(memory, 0);
  const lines = Lifelines.memory(count);
  const lifelines = new Lifelines(lines);
  const giveUp: ((why: Stuck) => void)[] = [];
  // What only this thread can do, or could not be sent.
  const own = { ...settings, workers: 1, signal: undefined, onProgress: undefined };
  const workers: Worker[] = [];
  const timer = natives.setInterval.call(globalThis, () => {
    watch.onExecution(finish.total);
    if (!watch.hasTime()) {
      finish.stop();
      lifelines.stop();
    }
    for (const [index, end] of giveUp.entries()) {
      const stuck = lifelines.look(index, settings.shrinkMs);
      if (stuck !== undefined) end(stuck);
    }
  }, LOOK_EVERY_MS);
  try {
    const answers = await Promise.all(
      Array.from({ length: count }, (_one, index) => {
        const task: WorkerTask = { module: module.href, settings: { ...own, shard: subshard(settings.shard, { index, count }) }, worker: index, finish: memory, lifelines: lines };
        const worker = new Worker(WORKER, { workerData: task, ...inheritedFlags() });
        workers.push(worker);
        const stuck = new Promise<Stuck>((resolve) => giveUp.push(resolve));
        return Promise.race([answerOf(worker), stuck]);
      }),
    );
    const results = answers.filter((answer) => typeof answer !== "string");
    const hung = tellHung(answers, finish, settings);
    watch.onExecution(finish.total);
    for (const { sightings, uncontrolled } of results) {
      for (const [name, holds] of sightings) watch.sightings.note(name, holds);
      for (const what of uncontrolled) watch.escaped.add(what);
    }
    if (hung !== undefined) watch.escaped.add(hung);
    return { ...together(results, settings.orders), hung };
  } finally {
    natives.clearInterval.call(globalThis, timer as never);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * A worker takes over this process's flags by itself, and drops those that are not for workers (`--max-old-space-size`),
 * which it refuses where they are handed to it. But what says how to read a program of the command line it would heed.
 */
function inheritedFlags(): { readonly execArgv?: string[] } {
  const ofWorkers = process.execArgv.filter((flag) => !/^--(?:input-type|max-|stack-)/.test(flag));
  return process.execArgv.some((flag) => flag.startsWith("--input-type")) ? { execArgv: ofWorkers } : {};
}

function answerOf(worker: Worker): Promise<WorkerResult> {
  return new Promise((resolve, reject) => {
    worker.once("message", (answer: WorkerAnswer) => {
      if (!("message" in answer)) resolve(answer);
      else reject(answer.code === undefined ? new Error(answer.message) : new HeddleError(answer.code, answer.message.replace(` [${answer.code}]`, "")));
    });
    worker.once("error", reject);
    // Node's code for a module whose top level never gets done.
    worker.once("exit", (code) => reject(code === 13 ? new HeddleError("STUCK_WORKER", "the body's module awaits at its top level something that never settles") : new Error(`a worker of the exploration ended with code ${code} before it was done: does the body call process.exit?`)));
  });
}

/**
 * @returns which workers hung in an execution, if any did.
 * @throws HeddleError where one has not loaded the body, and no other has found a failure.
 */
function tellHung(answers: readonly (WorkerResult | Stuck)[], finish: Finish, { timeMs }: Settings): string | undefined {
  const of = (why: Stuck): number[] => answers.flatMap((answer, index) => (answer === why ? [index] : []));
  const [loading] = of("loading");
  if (loading !== undefined && !answers.some((answer) => typeof answer !== "string" && answer.found !== undefined)) {
    throw new HeddleError(
      "STUCK_WORKER",
      `worker ${loading + 1} of ${answers.length} had not loaded the body when its time was up (timeMs: ${timeMs}), nor for a while after, and was ended: does the module await at its top level something that never settles, or is there an endless loop in it?`,
    );
  }
  const hung = of("running").map((index) => `worker ${index + 1} of ${answers.length} hung in execution ${finish.madeBy(index) + 1} of its own`);
  return hung.length === 0 ? undefined : `${hung.join(", ")}, gave no sign of life after its time was up (timeMs: ${timeMs}), and was ended`;
}

function together(results: readonly WorkerResult[], orders: readonly OrderName[]): Omit<SplitResult, "hung"> {
  const outcomes = new HashTally();
  const traces = new HashTally();
  for (const { hashes } of results) {
    addAll(outcomes, hashes.outcomes);
    for (const [, list] of hashes.traces) addAll(traces, list);
  }
  const sum = (of: (result: WorkerResult["result"]) => number): number => results.reduce((total, { result }) => total + of(result), 0);
  return {
    found: earliest(results),
    kept: results.flatMap(({ kept }) => kept),
    orders: orders.flatMap((order) => togetherUnder(order, results) ?? []),
    runs: sum(({ runs }) => runs),
    distinct: traces.size,
    distinctIsExact: traces.isExact && results.every(({ result }) => result.distinctIsExact),
    outcomes: outcomes.size,
    steps: sum(({ steps }) => steps),
    hasWarmedUp: results.some(({ result }) => result.hasWarmedUp),
  };
}

/** The failure of the lowest execution number, of the lowest worker if two have the same; numbered among all. */
function earliest(results: readonly WorkerResult[]): WorkerFound | undefined {
  let first: WorkerFound | undefined;
  for (const [worker, { found }] of results.entries()) {
    const foundAt = found === undefined ? Number.POSITIVE_INFINITY : (found.foundAt - 1) * results.length + worker + 1;
    if (found !== undefined && foundAt < (first?.foundAt ?? Number.POSITIVE_INFINITY)) first = { ...found, foundAt };
  }
  return first;
}

/** Nothing where one of the parts was not reached. */
function togetherUnder(order: OrderName, results: readonly WorkerResult[]): OrderSummary | undefined {
  const parts = results.flatMap(({ result }) => result.orders.find((one) => one.order === order) ?? []);
  const [first] = parts;
  if (first === undefined || parts.length < results.length) return undefined;
  const traces = new HashTally();
  for (const { hashes } of results) for (const [of, list] of hashes.traces) if (of === order) addAll(traces, list);
  const estimates = parts.flatMap(({ estimated }) => estimated ?? []);
  const complete = parts.every((part) => part.complete);
  return {
    order,
    runs: parts.reduce((total, { runs }) => total + runs, 0),
    distinct: traces.size,
    distinctIsExact: traces.isExact && parts.every(({ distinctIsExact }) => distinctIsExact),
    drawn: parts.reduce((total, { drawn }) => total + drawn, 0),
    // Each knows what itself has drawn: whether another draws it too, none does.
    unseen: undefined,
    estimated: estimates.length === 0 ? undefined : estimates.reduce((total, estimate) => total + estimate, 0) / estimates.length,
    ...nextLatencyOf(parts),
    complete,
    covers: first.covers,
    // A reduced search is not divided among workers.
    reduction: undefined,
    vacuous: parts.every(({ vacuous }) => vacuous),
    ended: complete ? "exhausted" : (parts.find(({ ended }) => ended === "time") ?? parts.find(({ ended }) => ended === "runs") ?? first).ended,
  };
}

function nextLatencyOf(parts: readonly OrderSummary[]): Pick<OrderSummary, "nextLatencyMs"> {
  const known = parts.flatMap(({ nextLatencyMs }) => nextLatencyMs ?? []);
  return known.length === 0 ? {} : { nextLatencyMs: Math.min(...known) };
}

function addAll(tally: HashTally, hashes: Iterable<number>): void {
  for (const hash of hashes) tally.add(hash);
}
