/** What heddle is to reach, and whether it did. */

/** @import { Results, ProgramResult } from "./results.mjs" */

/** Growth that is still flat: less than 16 bytes for each of 200,000 executions. */
const FLAT_BYTES = 3 * 2 ** 20;

/** @param {Results} results @returns {{ target: string, value: string, met: boolean }[]} */
export function targetsOf({ programs, memory }) {
  const [first, second] = /** @type {[ProgramResult, ProgramResult]} */ (/** @type {unknown} */ (programs));
  return [
    ...[first, second].flatMap((program) =>
      /** @type {const} */ (["scope all", "plugin"]).flatMap((variant) => {
        const ratios = program.variants[variant].ratios;
        return [
          atLeast(`${variant}, ${program.name}: at least 10 times fast-check's waitFor`, ratios.fastCheck, 10),
          atLeast(`${variant}, ${program.name}: at least 1/6 of native`, ratios.native, 1 / 6),
        ];
      }),
    ),
    ...[first, second].map((program) =>
      atLeast(`no plugin, ${program.name}: at least as fast as fast-check's waitFor`, program.variants["no plugin"].ratios.fastCheck, 1),
    ),
    ...memory.map(({ variant, executions, firstBytes, lastBytes }) => ({
      target: `${variant}: flat memory over ${executions.toLocaleString("en")} executions`,
      value: `${signed(lastBytes - firstBytes)} kB`,
      met: lastBytes - firstBytes < FLAT_BYTES,
    })),
  ];
}

/** @param {string} target @param {number} value @param {number} least */
function atLeast(target, value, least) {
  return { target, value: least < 1 ? `1/${(1 / value).toFixed(1)}` : `${value.toFixed(1)} times`, met: value >= least };
}

/** @param {number} bytes */
function signed(bytes) {
  return `${bytes < 0 ? "" : "+"}${Math.round(bytes / 1024)}`;
}
