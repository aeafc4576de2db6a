/**
 * Runs the compatibility programs in the runtime that runs this file, and prints one line of JSON for each: what
 * every mode came to. The parent is `scripts/compat.mjs`.
 *
 *     run.mjs <index of the first program> <golden file, or "-">
 */
import { readFileSync } from "node:fs";
import { explore as exploreFromHere } from "../../dist/index.js";
import { modes } from "./modes.mjs";
import { programs } from "./programs.mjs";

/** @import { Exploration, Strategy } from "../../dist/index.js" */
/** @import { Mode, ModeResult, Golden, ProgramResult } from "./types.d.ts" */

const RUNS = 60;
const SEED = "compat";
/** Executions of which the whole trace is compared, whether they pass or fail. */
const SAMPLED_RUNS = 3;

/** Takes the events of the first executions down while another strategy chooses: the only way to see one that passes. */
class Sampler {
  name = "sampler";
  /** @type {string[][]} */
  samples = [];
  /** An own small generator (Park and Miller's), so that the samples do not change with heddle's strategies. */
  #state = 1;
  /** @type {unknown} */
  #last;

  /** @param {number} run */
  begin(run) {
    if (run >= SAMPLED_RUNS) return false;
    this.#state = run + 1;
    this.samples.push([]);
    return true;
  }

  /** @type {Strategy["pick"]} */
  pick(legal) {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return /** @type {typeof legal[number]} */ (legal[this.#state % legal.length]);
  }

  /** @type {NonNullable<Strategy["ran"]>} */
  ran(event) {
    // Told again after a wait for real I/O, which takes as long as the machine likes.
    if (event === this.#last) return;
    this.#last = event;
    this.samples.at(-1)?.push(describe(event.kind, event.id, event.label));
  }
}

/** @param {string} kind @param {string} id @param {string | undefined} label */
function describe(kind, id, label) {
  return label === undefined ? `${kind} ${id}` : `${kind} ${id} (${label})`;
}

/** @param {Exploration} exploration @returns {ModeResult["found"]} */
function summarise({ verdict, complete, runs, steps, distinct, uncontrolled, failure }) {
  return {
    verdict,
    complete,
    runs,
    steps,
    distinct,
    uncontrolled: [...uncontrolled].sort(),
    ...(failure === undefined ? {} : { failure: summariseFailure(failure) }),
  };
}

/** @param {NonNullable<Exploration["failure"]>} failure */
function summariseFailure({ kind, error, seed, originalSeed, order, latencyMs, timeline, deviations, reproduced }) {
  return {
    kind,
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    seed,
    originalSeed,
    order,
    latencyMs,
    reproduced,
    deviations: deviations.length,
    trace: timeline.steps.map((step) => describe(step.kind, step.event, step.label)),
    waiting: timeline.waiting.map((waiter) => `${waiter.kind}: ${waiter.waitsFor}`),
  };
}

/**
 * Called by no line of a file's: the seed of a race without a name carries the line that calls it, and golden seeds
 * shall not depend on where this file does that.
 * @type {typeof exploreFromHere}
 */
const explore = (body, options) => new Promise((resolve) => {
  setImmediate(resolve);
}).then(exploreFromHere.bind(undefined, body, { ...options, explain: false }));

/** @param {typeof programs[number]["body"]} body @param {Mode} mode @param {string | undefined} goldenSeed */
async function runMode(body, mode, goldenSeed) {
  const { name: _name, ...options } = mode;
  const sampler = new Sampler();
  /** @type {ModeResult} */
  const result = { plain: "", samples: [], found: summarise(await explore(body, { ...options, strategy: "random", seed: SEED, runs: RUNS, shrinkMs: Number.POSITIVE_INFINITY })) };
  const plain = await explore(body, { ...options, strategy: "fifo", seed: SEED, runs: 1 });
  result.plain = plain.failure === undefined ? "passed" : summariseFailure(plain.failure).message;
  // A failure ends an exploration; the others' traces are worth having all the same.
  const sampled = await explore(body, { ...options, strategy: sampler, seed: SEED, runs: SAMPLED_RUNS });
  result.samples = sampler.samples.slice(0, sampled.runs).map((events) => events.join(", "));
  if (goldenSeed !== undefined && goldenSeed !== "") {
    const replayed = await explore(body, { seed: goldenSeed });
    result.replayed = replayed.failure === undefined ? "passed" : summariseFailure(replayed.failure);
  }
  return result;
}

/** @param {typeof programs[number]} program @param {Golden | undefined} golden @returns {Promise<ProgramResult>} */
async function runProgram({ name, body, lacks }, golden) {
  /** @type {Record<string, ModeResult | { error: string } | { cannot: string }>} */
  const results = {};
  for (const mode of modes) {
    const reason = lacks?.(mode);
    if (reason !== undefined) {
      results[mode.name] = { cannot: reason };
      continue;
    }
    try {
      results[mode.name] = await runMode(body, mode, golden?.programs[name]?.[mode.name]?.found.failure?.seed);
    } catch (error) {
      results[mode.name] = { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    }
  }
  return { name, modes: results };
}

const [first = "0", goldenFile = "-"] = process.argv.slice(2);
/** @type {Golden | undefined} */
const golden = goldenFile === "-" ? undefined : JSON.parse(readFileSync(goldenFile, "utf8"));
for (const program of programs.slice(Number(first))) {
  console.log(JSON.stringify(await runProgram(program, golden)));
}
process.exit(0);
