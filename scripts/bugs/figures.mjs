/** What many trials come to, and the table of them. */

/** @import { Batch, Figures, FixedVerdict, Row, Trial } from "./types.d.ts" */

/** Executions that did not do what their own schedule did before are no finding. */
const NOT_FOUND = "nondeterministic";

/** @param {Trial} trial */
export function isFound({ failed, kind }) {
  return failed && kind !== NOT_FOUND;
}

/** @param {Batch} batch @returns {Figures} */
export function figuresOf({ trials, problem }) {
  const found = trials.filter((trial) => isFound(trial));
  const seconds = trials.map(({ elapsedMs }) => elapsedMs / 1000);
  return {
    found: found.length,
    of: trials.length,
    ...(found.length === 0
      ? {}
      : {
          medianExecutions: median(found.map(({ executions }) => executions)),
          mostExecutions: Math.max(...found.map(({ executions }) => executions)),
          medianDeviations: median(found.map(({ deviations = 0 }) => deviations)),
        }),
    medianSeconds: median(seconds),
    mostSeconds: Math.max(0, ...seconds),
    orders: [...new Set(found.flatMap(({ order }) => order ?? []))].sort(),
    ...(problem === undefined ? {} : { problem }),
    trials,
  };
}

/** @param {Batch} batch @returns {FixedVerdict} */
export function verdictOf({ trials: [trial], problem }) {
  if (trial === undefined) return { verdict: problem ?? "no result" };
  if (!trial.failed) return { verdict: `ok ${trial.executions}`, trial };
  return { verdict: isFound(trial) ? `BLAMED ${trial.executions} ${trial.order}` : "NOT STEADY", trial };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const above = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? above : (above + (sorted[middle - 1] ?? 0)) / 2;
}

/** @type {readonly { readonly title: string, readonly cell: (row: Row) => string }[]} */
const COLUMNS = [
  { title: "package", cell: (row) => row.package },
  { title: "bug", cell: ({ bug }) => bug },
  { title: "order", cell: ({ heddle }) => heddle?.orders.join("+") ?? "" },
  { title: "found", cell: ({ heddle }) => share(heddle) },
  { title: "runs", cell: ({ heddle }) => number(heddle?.medianExecutions) },
  { title: "most", cell: ({ heddle }) => number(heddle?.mostExecutions) },
  { title: "dev", cell: ({ heddle }) => number(heddle?.medianDeviations) },
  { title: "replay", cell: ({ heddle }) => (heddle?.replayed === undefined ? "" : `${heddle.replayed}/${heddle.replays}`) },
  { title: "s", cell: ({ heddle }) => heddle?.medianSeconds.toFixed(2) ?? "" },
  { title: "fixed, production", cell: ({ fixedProduction }) => fixedProduction?.verdict ?? "-" },
  { title: "fixed, default", cell: ({ fixedDefault }) => fixedDefault?.verdict ?? "-" },
  { title: "fast-check", cell: ({ fastCheck }) => share(fastCheck) },
  { title: "runs", cell: ({ fastCheck }) => number(fastCheck?.medianExecutions) },
  { title: "s", cell: ({ fastCheck }) => fastCheck?.medianSeconds.toFixed(2) ?? "" },
  { title: "latencies", cell: ({ latencies }) => share(latencies) },
  { title: "runs", cell: ({ latencies }) => number(latencies?.medianExecutions) },
  { title: "s", cell: ({ latencies }) => latencies?.medianSeconds.toFixed(2) ?? "" },
];

/** @param {Figures | undefined} figures */
function share(figures) {
  return figures === undefined ? "" : `${figures.found}/${figures.of}`;
}

/** @param {number | undefined} value */
function number(value) {
  return value === undefined ? "-" : String(value);
}

/** One line of the table, and its head. */
export class Table {
  #widths;

  /** @param {readonly { readonly package: string, readonly name: string }[]} bugs */
  constructor(bugs) {
    this.#widths = COLUMNS.map(({ title }) => Math.max(title.length, 5));
    this.#widths[0] = Math.max(7, ...bugs.map((bug) => bug.package.length));
    this.#widths[1] = Math.max(3, ...bugs.map((bug) => bug.name.length));
    this.#widths[2] = "production".length;
  }

  head() {
    return this.#line(COLUMNS.map(({ title }) => title));
  }

  /** @param {Row} row */
  row(row) {
    return this.#line(COLUMNS.map(({ cell }) => cell(row)));
  }

  /** @param {readonly string[]} cells */
  #line(cells) {
    return cells.map((cell, index) => cell.padEnd(this.#widths[index] ?? 0)).join("  ").trimEnd();
  }
}
