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
import { fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asyncFiles } from "./conformance/test262.mjs";

/** @import { Mode, Row, TestFile } from "./conformance/types.d.ts" */

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
/** @type {string[]} */
const crashed = [];
let next = 0;
await Promise.all(Array.from({ length: Number(options.threads) }, work));

const passing = rows.filter(({ results }) => results.native?.passed === true);
const differing = passing.filter(differs);
console.log(`${rows.length} files, of which ${passing.length} pass natively on ${process.version}, in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
for (const order of orders) {
  const passed = passing.filter(({ results }) => results[order]?.passed === true).length;
  console.log(`    ${order.padEnd(10)} ${passed} of ${passing.length}`);
}
for (const name of crashed) console.log(`    ends the runtime itself, natively or under heddle: ${name}`);
process.exit(differing.length > 0 ? 1 : 0);

async function work() {
  let lane = startLane();
  for (let file = files[next++]; file !== undefined; file = files[next++]) {
    const row = await ask(lane, file);
    if (row === undefined) {
      crashed.push(file.name);
      lane = startLane();
      continue;
    }
    rows.push(row);
    if (row.results.native?.passed === true && differs(row)) tellOf(row);
  }
  lane.kill();
}

function startLane() {
  // What the runtime says when it ends itself is of no use here.
  return fork(fileURLToPath(new URL("conformance/lane-process.mjs", import.meta.url)), [folder, heddle], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
}

/** Undefined where the file has ended the process. @param {ReturnType<typeof startLane>} lane @param {TestFile} file @returns {Promise<Row | undefined>} */
function ask(lane, file) {
  return new Promise((resolveRow) => {
    /** @param {unknown} [row] */
    const settle = (row) => {
      lane.off("message", settle).off("exit", onExit);
      resolveRow(/** @type {Row | undefined} */ (row));
    };
    const onExit = () => settle();
    lane.on("message", settle).on("exit", onExit);
    lane.send({ file, orders });
  });
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
