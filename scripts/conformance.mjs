/**
 * The asynchronous part of test262, as bodies in plain JavaScript's order under each of heddle's orders, beside what the
 * runtime does without heddle. What passes natively has to pass under heddle; what does not is named.
 *
 *     git clone --depth 1 https://github.com/tc39/test262
 *     npm run conformance -- --test262 test262
 *     npm run conformance -- --test262 test262 --only Promise/race --order latency
 *     npm run conformance -- --test262 test262 --threads 1     (2)
 *
 * Files run in sloppy mode where they may. Exits with 1 where a file differs.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Lane } from "./conformance/lane.mjs";
import { asyncFiles } from "./conformance/test262.mjs";

/** @import { Mode, Row } from "./conformance/types.d.ts" */

/** @type {readonly Exclude<Mode, "native">[]} */
const ORDERS = ["production", "latency", "chaos"];

const { values: options } = parseArgs({
  options: {
    test262: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
    order: { type: "string", multiple: true, default: [...ORDERS] },
    threads: { type: "string", default: "2" },
  },
});
if (options.test262 === undefined) {
  console.error("skipped: give a copy of test262 with --test262 <folder>");
  process.exit(1);
}
const orders = ORDERS.filter((order) => options.order.includes(order));
const folder = resolve(options.test262);
const files = asyncFiles(folder, options.only);
const heddle = new URL("../dist/index.js", import.meta.url).href;

const begun = performance.now();
/** @type {Row[]} */
const rows = [];
let next = 0;
await Promise.all(Array.from({ length: Number(options.threads) }, work));

const passing = rows.filter(({ results }) => results.native?.passed === true);
const differing = passing.filter(differs);
console.log(`${rows.length} files, of which ${passing.length} pass natively on ${process.version}, in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
for (const order of orders) {
  const passed = passing.filter(({ results }) => results[order]?.passed === true).length;
  console.log(`    ${order.padEnd(10)} ${passed} of ${passing.length}`);
}
process.exit(differing.length > 0 ? 1 : 0);

async function work() {
  const lane = new Lane(folder, heddle);
  for (let file = files[next++]; file !== undefined; file = files[next++]) {
    const row = await lane.run(file, orders);
    rows.push(row);
    if (row.results.native?.passed === true && differs(row)) tellOf(row);
  }
  await lane.close();
}

/** @param {Row} row */
function differs({ results }) {
  return orders.some((order) => results[order]?.passed !== true);
}

/** @param {Row} row */
function tellOf({ file, results }) {
  console.log(file.name);
  for (const order of orders) if (results[order]?.passed !== true) console.log(`    ${order}: ${results[order]?.message}`);
}
