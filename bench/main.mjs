/**
 * heddle against plain native code and against fast-check's scheduler, in one run and one table.
 *
 *     npm run bench                 about four minutes
 *     npm run bench -- --quick      a look, in some ten seconds
 *     npm run bench -- --json       the same as data
 *
 * Plain JavaScript, as what is measured should be what is written: nothing stands between it and the engine, and the
 * plugin marks the very text of `programs.mjs`. Types are checked by `bench/tsconfig.json`.
 */
import { parseArgs } from "node:util";
import { catalogue, variants } from "./catalogue.mjs";
import { measureGrowth, renderGrowth } from "./growth.mjs";
import { markPrograms } from "./mark-programs.mjs";
import { Worker } from "./processes.mjs";
import { measureRealIo, renderRealIo } from "./real-io.mjs";
import { machine, programResults } from "./results.mjs";
import { renderTable } from "./table.mjs";
import { targetsOf } from "./targets.mjs";

/** @import { Variant } from "./catalogue.mjs" */
/** @import { Memory } from "./memory.mjs" */
/** @import { MemoryResult, Results } from "./results.mjs" */
/** @import { Sample } from "./runners.mjs" */

const { values: options } = parseArgs({ options: { json: { type: "boolean" }, quick: { type: "boolean" } } });
// Many short rounds: a machine that others use too is slow for seconds, and a ratio is of what was measured side by side.
const rounds = options.quick === true ? 3 : 14;
const sliceMs = options.quick === true ? 60 : 200;
const warmUpMs = options.quick === true ? 60 : 300;
const memoryExecutions = options.quick === true ? 20_000 : 200_000;
/** Those for which memory is a target. @type {readonly Variant[]} */
const measuredForMemory = ["scope all", "plugin"];

const markedFile = await markPrograms();
const samples = await measure();
/** @type {Results} */
const results = {
  machine: machine(),
  measured: { rounds, sliceMs },
  programs: programResults((key, variant) => samples.get(`${key} ${variant}`) ?? []),
  memory: await measureMemory(),
  growth: options.quick === true ? [] : await measureGrowth(),
  realIo: options.quick === true ? [] : await measureRealIo(),
};
console.log(options.json === true ? JSON.stringify({ ...results, targets: targetsOf(results) }, null, 2) : renderTable(results));
if (options.json !== true && options.quick !== true) console.log(`\n${renderGrowth(results.growth)}\n\n${renderRealIo(results.realIo)}`);

/** Every variant takes its turn in every round, so that what else the machine does hits all alike. */
async function measure() {
  /** @type {Map<string, Sample[]>} */
  const collected = new Map();
  const workers = new Map(variants.map((variant) => /** @type {const} */ ([variant, new Worker(variant, markedFile)])));
  await Promise.all([...workers.values()].map((worker) => worker.ready()));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { key } of catalogue) {
      for (const [variant, worker] of workers) {
        /** @type {Sample} */
        const sample = await worker.ask({ type: "time", key, sliceMs: round === 0 ? warmUpMs : sliceMs });
        if (round > 0) collected.set(`${key} ${variant}`, [...(collected.get(`${key} ${variant}`) ?? []), sample]);
      }
    }
  }
  for (const worker of workers.values()) worker.end();
  return collected;
}

/** In fresh processes: what the timing has left behind is not to be measured. @returns {Promise<MemoryResult[]>} */
async function measureMemory() {
  /** @type {MemoryResult[]} */
  const measured = [];
  for (const variant of measuredForMemory) {
    const worker = new Worker(variant, markedFile);
    await worker.ready();
    /** @type {Memory} */
    const memory = await worker.ask({ type: "memory", executions: memoryExecutions });
    worker.end();
    measured.push({ variant, ...memory });
  }
  return measured;
}
