/** How much memory a long exploration holds. Needs `--expose-gc`. */
import { explore } from "heddle";

/** @import { Variant } from "./catalogue.mjs" */
/** @typedef {{ executions: number, firstBytes: number, lastBytes: number }} Memory */

/** What the engine makes of a body the first time (compiled code, caches) is no growth. */
const WARM_UP = 2_000;

/**
 * The live heap at the first and at the last execution of one exploration: what the exploration itself keeps while it
 * goes on counts, which it would not afterwards.
 * @param {Variant} variant @param {string} markedFile @param {number} executions
 * @returns {Promise<Memory>}
 */
export async function memoryOf(variant, markedFile, executions) {
  /** @type {typeof import("./programs.mjs")} */
  const programs = await import(variant === "plugin" ? markedFile : "./programs.mjs");
  const body = programs.readModifyWrite;
  const scope = variant === "scope all" ? "all" : "user";
  const options = /** @type {const} */ ({ order: "latency", strategy: "random", scope, seed: 1 });
  await explore(body, { ...options, runs: WARM_UP });
  let started = 0;
  const memory = { executions, firstBytes: 0, lastBytes: 0 };
  const { runs } = await explore(
    () => {
      started += 1;
      if (started === 1) memory.firstBytes = liveBytes();
      // The first schedule is run twice, for the nondeterminism check.
      if (started === executions + 1) memory.lastBytes = liveBytes();
      return body();
    },
    { ...options, runs: executions },
  );
  if (runs !== executions || memory.lastBytes === 0) throw new Error(`${runs} executions were made, not ${executions}`);
  return memory;
}

/** Buffers too: the set of the schedules that were seen is one. */
function liveBytes() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
