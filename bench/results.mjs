/** Puts the samples together. */
import { cpus } from "node:os";
import { catalogue, variants } from "./catalogue.mjs";
import { summary } from "./statistics.mjs";

/** @import { Variant } from "./catalogue.mjs" */
/** @import { Sample } from "./runners.mjs" */
/** @import { Memory } from "./memory.mjs" */

/**
 * @typedef {{ executionsPerSecond: number, stepsPerSecond: number, spread: number }} Rate
 * @typedef {{ fastCheck: number, native: number }} Ratios - executions/s, as a multiple of the other's
 * @typedef {object} ProgramResult
 * @property {string} name
 * @property {Rate} heddle - `scope: "all"`
 * @property {Rate} fastCheck - driven with `waitFor`
 * @property {Rate} native
 * @property {Ratios} ratios - of `heddle`
 * @property {Readonly<Record<Variant, Rate & { ratios: Ratios }>>} variants
 *
 * @typedef {Memory & { variant: Variant }} MemoryResult
 * @typedef {object} Results
 * @property {{ cpu: string, cores: number, node: string, platform: string }} machine
 * @property {{ rounds: number, sliceMs: number }} measured
 * @property {readonly ProgramResult[]} programs
 * @property {readonly MemoryResult[]} memory
 */

export function machine() {
  const [cpu] = cpus();
  return { cpu: cpu?.model ?? "unknown", cores: cpus().length, node: process.version, platform: `${process.platform} ${process.arch}` };
}

/**
 * @param {(key: string, variant: Variant) => readonly Sample[]} samplesOf
 * @returns {ProgramResult[]}
 */
export function programResults(samplesOf) {
  return catalogue.map(({ key, name }) => {
    const rates = /** @type {Record<Variant, Rate>} */ ({});
    for (const variant of variants) rates[variant] = rateOf(samplesOf(key, variant));
    const ratios = (/** @type {Rate} */ rate) => ({
      fastCheck: rate.executionsPerSecond / rates.waitFor.executionsPerSecond,
      native: rate.executionsPerSecond / rates.native.executionsPerSecond,
    });
    const all = Object.entries(rates).map(([variant, rate]) => [variant, { ...rate, ratios: ratios(rate) }]);
    return {
      name,
      heddle: rates["scope all"],
      fastCheck: rates.waitFor,
      native: rates.native,
      ratios: ratios(rates["scope all"]),
      variants: /** @type {ProgramResult["variants"]} */ (Object.fromEntries(all)),
    };
  });
}

/** @param {readonly Sample[]} samples @returns {Rate} */
function rateOf(samples) {
  const executions = summary(samples.map((sample) => (sample.executions / sample.elapsedMs) * 1000));
  const steps = summary(samples.map((sample) => (sample.steps / sample.elapsedMs) * 1000));
  return { executionsPerSecond: executions.median, stepsPerSecond: steps.median, spread: executions.spread };
}
