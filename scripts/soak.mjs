/**
 * All laws, with fresh random seeds and as many cases as the time has room for, two at a time. Each law runs in a process
 * of its own; one that does not end is killed, and said to hang.
 *
 *     npm run soak                          for half an hour
 *     npm run soak -- --minutes 5
 *     npm run soak -- --only fifo           laws with the word in their file or name; may be given several times
 *     npm run soak -- --seed 7 --cases 12   each law once, from that seed, with 12 times its usual number of cases
 *     npm run soak -- --processes 1         (2)
 *     npm run soak -- --patience 300        seconds that any law may take before it is said to hang (90)
 *     npm run soak -- --root ../other       another project's laws
 *
 * Exits with 1 where a law failed, hung or could not be run.
 */
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attempt, attemptTogether, killAll, listLaws } from "./soak/attempt.mjs";
import { failuresOf, nextAttempt, nextFirsts, note } from "./soak/plan.mjs";
import { failureText, summary, table } from "./soak/report.mjs";

/** @import { Attempt, Record, Request } from "./soak/types.d.ts" */

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    only: { type: "string", multiple: true, default: [] },
    seed: { type: "string" },
    cases: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    patience: { type: "string", default: "90" },
    root: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});
const minutes = positive("minutes", options.minutes);
const processes = positive("processes", options.processes);
const factor = positive("cases", options.cases);
const patienceMs = positive("patience", options.patience) * 1000;
const root = resolve(options.root);
const seed = options.seed === undefined ? undefined : integer("seed", options.seed);

let isOver = false;
process.once("SIGINT", () => {
  console.log("interrupted: what is running is cut off");
  isOver = true;
  killAll();
});

const laws = await listLaws(root, options.only);
if (laws.length === 0) {
  console.error(options.only.length === 0 ? `${root} has no laws` : `no law has ${options.only.map((word) => JSON.stringify(word)).join(" or ")} in its file or name`);
  process.exit(1);
}
/** @type {Record[]} */
const records = shuffled(laws).map((law) => ({ law, attempts: [], usualMs: undefined, isRunning: false, isAlone: false }));
const begun = performance.now();
const endsAt = begun + minutes * 60_000;
// The time holds, whatever the laws do.
const end = setTimeout(killAll, endsAt - begun);
await Promise.all(Array.from({ length: processes }, work));
clearTimeout(end);

console.log(table(records.toSorted((one, other) => (`${one.law.file} ${one.law.name}` < `${other.law.file} ${other.law.name}` ? -1 : 1))));
console.log(summary(records, performance.now() - begun));
process.exit(records.some((record) => failuresOf(record) > 0) ? 1 : 0);

async function work() {
  for (let firsts = chooseFirsts(); firsts !== undefined; firsts = chooseFirsts()) await tryFirsts(firsts.records, firsts.limitMs);
  for (let next = choose(); next !== undefined; next = choose()) {
    const { record, request } = next;
    record.isRunning = true;
    const made = await attempt(root, request);
    record.isRunning = false;
    tell(record, made);
  }
}

function chooseFirsts() {
  const leftMs = endsAt - performance.now();
  return isOver || leftMs <= 0 || seed !== undefined ? undefined : nextFirsts(records, leftMs, patienceMs);
}

/** @param {readonly Record[]} together @param {number} limitMs */
async function tryFirsts(together, limitMs) {
  for (const record of together) record.isRunning = true;
  const made = await attemptTogether(root, together.map(({ law }) => ({ law, seed: randomInt(-(2 ** 31), 2 ** 31), factor: 1, limitMs })));
  for (const [index, record] of together.entries()) {
    const own = made[index];
    record.isRunning = false;
    record.isAlone = own === undefined;
    if (own !== undefined) tell(record, own);
  }
}

/** @param {Record} record @param {Attempt} made */
function tell(record, made) {
  note(record, made);
  if (made.outcome === "failed" || made.outcome === "hangs" || made.outcome === "broken") console.log(failureText(made));
}

/** @returns {{ record: Record, request: Request } | undefined} */
function choose() {
  const leftMs = endsAt - performance.now();
  if (isOver || leftMs <= 0) return undefined;
  if (seed === undefined) return nextAttempt(records, leftMs, patienceMs, () => randomInt(-(2 ** 31), 2 ** 31));
  const record = records.find(({ attempts, isRunning }) => attempts.length === 0 && !isRunning);
  return record && { record, request: { law: record.law, seed, factor, limitMs: patienceMs * Math.max(1, factor / 4) } };
}

/** So that a short soak, which has no time for all, does not try the same ones each time. @template T @param {readonly T[]} list */
function shuffled(list) {
  return list.map((item) => ({ item, place: randomInt(2 ** 32) })).sort((one, other) => one.place - other.place).map(({ item }) => item);
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}; give a number above 0`);
}

/** @param {string} name @param {string} text */
function integer(name, text) {
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}; give an integer`);
}
