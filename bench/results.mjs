/** Puts the samples together. */
import { cpus } from "node:os";
import { catalogue, variants } from "./catalogue.mjs";
import { summary } from "./statistics.mjs";

/** @import { Variant } from "./catalogue.mjs" */
/** @import { Sample } from "./runners.mjs" */
/** @import { Growth } from "./growth.mjs" */
/** @import { Memory } from "./memory.mjs" */
/** @import { RealResult } from "./real-io.mjs" */

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
 * @property {readonly Growth[]} growth - none with `--quick`
 * @property {readonly RealResult[]} realIo - none with `--quick`
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
    const ratios = (/** @type {Variant} */ variant) => ({
      fastCheck: ratioOf(samplesOf(key, variant), samplesOf(key, "waitFor")),
      native: ratioOf(samplesOf(key, variant), samplesOf(key, "native")),
    });
    const all = variants.map((variant) => [variant, { ...rates[variant], ratios: ratios(variant) }]);
    return {
      name,
      heddle: rates["scope all"],
      fastCheck: rates.waitFor,
      native: rates.native,
      ratios: ratios("scope all"),
      variants: /** @type {ProgramResult["variants"]} */ (Object.fromEntries(all)),
    };
  });
}

/**
 * The median of the rounds' own ratios: what one round measures is measured within seconds, and a machine that others
 * use too is slow for longer than that.
 * @param {readonly Sample[]} samples
 * @param {readonly Sample[]} others - of the same rounds
 */
function ratioOf(samples, others) {
  return summary(samples.map((sample, round) => rate(sample) / rate(/** @type {Sample} */ (others[round])))).median;
}

/** @param {Sample} sample - executions a second */
function rate({ executions, elapsedMs }) {
  return (executions / elapsedMs) * 1000;
}

/** @param {readonly Sample[]} samples @returns {Rate} */
function rateOf(samples) {
  const executions = summary(samples.map(rate));
  const steps = summary(samples.map((sample) => (sample.steps / sample.elapsedMs) * 1000));
  return { executionsPerSecond: executions.median, stepsPerSecond: steps.median, spread: executions.spread };
}
