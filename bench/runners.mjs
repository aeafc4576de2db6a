/** How each variant runs a program: again and again, for a given time. */
import { catalogue } from "./catalogue.mjs";

/** @import { Variant, ProgramKey } from "./catalogue.mjs" */

/**
 * What came of it. Steps are events for heddle, released gates for fast-check, awaits for native code.
 * @typedef {{ executions: number, steps: number, elapsedMs: number }} Sample
 * @typedef {(key: ProgramKey, sliceMs: number) => Promise<Sample>} Runner
 */

/** More than any slice has time for. */
const ENDLESS = 1_000_000_000;
/** Executions between two looks at the clock, where one is short. */
const BLOCK = 32;

/** @param {Variant} variant @param {string} markedFile @returns {Promise<Runner>} */
export async function runnerOf(variant, markedFile) {
  switch (variant) {
    case "scope all":
      return heddleRunner("all", "./programs.mjs");
    case "plugin":
      return heddleRunner("user", markedFile);
    case "no plugin":
      return heddleRunner("user", "./programs.mjs");
    case "waitFor":
    case "waitAll":
      return fastCheckRunner(variant);
    case "native":
      return nativeRunner();
    default:
      throw new Error(`no such variant: ${String(variant)}`);
  }
}

/** @param {import("heddle").Scope} scope @param {string} programsFile @returns {Promise<Runner>} */
async function heddleRunner(scope, programsFile) {
  const { explore } = await import("heddle");
  /** @type {typeof import("./programs.mjs")} */
  const programs = await import(programsFile);
  return async (key, sliceMs) => {
    const body = /** @type {import("heddle").Body} */ (programs[key]);
    const { verdict, complete, runs, steps, elapsedMs } = await explore(body, {
      order: "latency",
      strategy: "random",
      scope,
      seed: 1,
      runs: ENDLESS,
      timeMs: sliceMs,
    });
    if (verdict !== "passed" || complete) throw new Error(`${key}: an endless search ended (${verdict}, complete: ${complete})`);
    return { executions: runs, steps, elapsedMs };
  };
}

/**
 * Schedulers come from `fc.sample`, without a property around them: shrinking, and what else `fc.assert` does, is not
 * measured.
 * @param {"waitFor" | "waitAll"} drive @returns {Promise<Runner>}
 */
async function fastCheckRunner(drive) {
  const { sample, scheduler } = await import("fast-check");
  const { gatedPrograms } = await import("./gated-programs.mjs");
  return async (key, sliceMs) => {
    const program = gatedPrograms[key];
    const { gates } = /** @type {typeof catalogue[number]} */ (catalogue.find((entry) => entry.key === key));
    let seed = 0;
    return untilTimeIsUp(sliceMs, gates, gates > 100 ? 1 : BLOCK, async (count) => {
      seed += 1;
      for (const s of sample(scheduler(), { numRuns: count, seed })) {
        if (drive === "waitFor") {
          await s.waitFor(program(s));
        } else {
          let isOver = false;
          const end = program(s).then(() => {
            isOver = true;
          });
          // It returns as soon as no gate is waiting at that moment, which may be before the next one is reached.
          while (!isOver) await s.waitAll();
          await end;
        }
      }
    });
  };
}

/** @returns {Promise<Runner>} */
async function nativeRunner() {
  const programs = await import("./programs.mjs");
  const context = { io: { wrap: (/** @type {any} */ target) => target } };
  return async (key, sliceMs) => {
    const program = programs[key];
    const { gates } = /** @type {typeof catalogue[number]} */ (catalogue.find((entry) => entry.key === key));
    return untilTimeIsUp(sliceMs, gates, key === "timers" ? 1 : BLOCK, async (count) => {
      for (let execution = 0; execution < count; execution += 1) await program(context);
    });
  };
}

/**
 * @param {number} sliceMs @param {number} steps - of one execution
 * @param {number} block @param {(count: number) => Promise<void>} run
 * @returns {Promise<Sample>}
 */
async function untilTimeIsUp(sliceMs, steps, block, run) {
  const startedAt = performance.now();
  let executions = 0;
  let elapsedMs = 0;
  while (elapsedMs < sliceMs) {
    await run(block);
    executions += block;
    elapsedMs = performance.now() - startedAt;
  }
  return { executions, steps: executions * steps, elapsedMs };
}
