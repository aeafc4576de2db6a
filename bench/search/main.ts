/**
 * How many executions each strategy needs to the bug of each reference program, simulated and as real async code,
 * beside the reference figures; how many traces exhaustive search tries; and how many executions a second the engine makes.
 *
 * `npm run bench:search -- [--quick] [--traces] [--seeds 300] [--only reorder,twostage] [--form simulated|async]`
 */
import { asynchronous, lastOfAllAsync } from "../../properties/support/reference-programs-async.ts";
import { lastOfAll, simulated } from "../../properties/support/reference-programs-simulated.ts";
import { explore } from "../../src/index.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { auto } from "../../src/strategies/auto.ts";
import { exhaustive } from "../../src/strategies/exhaustive.ts";
import { fifo } from "../../src/strategies/fifo.ts";
import { pct } from "../../src/strategies/pct.ts";
import { pctcp } from "../../src/strategies/pctcp.ts";
import { pos } from "../../src/strategies/pos.ts";
import { random } from "../../src/strategies/random.ts";
import { surw } from "../../src/strategies/surw.ts";
import { urw } from "../../src/strategies/urw.ts";
import { executionsToBug, measure, measureAsync, type Measured } from "./measure.ts";
import { columns, reference } from "./reference.ts";
import { throughput } from "./throughput.ts";
import { benchTraces } from "./traces.ts";

const MOST = 2000;
/** Where a mean is in the thousands, this many executions are enough to say so. */
const MOST_TOTAL = 60_000;

/** Fifty tasks that wake up at each release of a lock: ten seconds a search. Measured in its async form if asked for by name. */
const TOO_LONG: readonly string[] = ["twostage_50"];

const strategies: Readonly<Record<string, (seed: string) => Strategy>> = {
  random,
  pct: (seed) => pct(seed),
  pctcp: (seed) => pctcp(seed),
  pos: (seed) => pos(seed),
  urw: (seed) => urw(seed),
  surw: (seed) => surw(seed),
  auto: (seed) => auto(seed, MOST, Number.POSITIVE_INFINITY),
};
const names = [...columns, "pctcp", "auto"] as const;

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

const isQuick = process.argv.includes("--quick");
const seeds = Number(option("seeds") ?? (isQuick ? 30 : 300));
const only = option("only")?.split(",");
const form = option("form");
const isWanted = (program: string): boolean => only === undefined || only.some((prefix) => program.startsWith(prefix));

const isFifoBug = (program: string): boolean => executionsToBug(simulated[program]!, fifo(), 1) !== undefined;

function cell(measured: Measured | undefined, figure: number | undefined): string {
  if (measured === undefined) return "–".padStart(16);
  const missed = measured.missed > 0 ? `-${measured.missed}` : "";
  const about = measured.seeds < seeds ? "~" : "";
  const beside = figure === undefined ? "" : ` (${figure})`;
  return `${about}${measured.mean.toFixed(1)}${missed}${beside}`.padStart(16);
}

function summary(title: string, pick: (row: readonly Measured[]) => string, rows: ReadonlyMap<string, readonly Measured[]>): void {
  const cells = names.map((_name, column) => pick([...rows.values()].map((row) => row[column]!)).padStart(16));
  console.log(`${title.padEnd(22)}${cells.join("")}`);
}

function summarise(rows: ReadonlyMap<string, readonly Measured[]>): void {
  if (rows.size === 0) return;
  console.log(`over the ${rows.size} programs whose FIFO order passes:`);
  summary("  geometric mean", (row) => Math.exp(row.reduce((sum, { mean }) => sum + Math.log(mean), 0) / row.length).toFixed(2), rows);
  summary("  worst mean", (row) => Math.max(...row.map(({ mean }) => mean)).toFixed(1), rows);
  summary("  worst single search", (row) => String(Math.max(...row.map(({ worst }) => worst))), rows);
  summary("  missed", (row) => String(row.reduce((sum, { missed }) => sum + missed, 0)), rows);
}

function header(title: string): void {
  console.log(`\n${title}: mean executions to the bug over ${seeds} seeds, at most ${MOST} each; -n: missed n times; ~: over fewer seeds, to save time; (reference)`);
  console.log(`${"".padEnd(22)}${names.map((name) => name.padStart(16)).join("")}`);
}

function line(program: string, row: readonly Measured[]): void {
  const figures = reference[program];
  const cells = row.map((measured, column) => cell(measured, figures?.[column]));
  console.log(`${program.padEnd(17)}${isFifoBug(program) ? " FIFO" : "     "}${cells.join("")}`);
}

function benchSimulated(): void {
  header("simulated");
  const rows = new Map<string, readonly Measured[]>();
  for (const [program, code] of Object.entries(simulated)) {
    if (!isWanted(program)) continue;
    const row = names.map((name) => measure((seed) => executionsToBug(code, strategies[name]!(seed), MOST), seeds, MOST, MOST_TOTAL));
    line(program, row);
    if (!isFifoBug(program)) rows.set(program, row);
  }
  summarise(rows);
  hardCase("simulated", Array.from({ length: 50 }, (_one, index) => {
    const found = measure((seed) => executionsToBug(lastOfAll(index + 1), strategies["auto"]!(seed), MOST), Math.min(seeds, 30), MOST, MOST_TOTAL);
    return found.worst;
  }));
}

async function benchAsync(): Promise<void> {
  header("async");
  const find = (program: string, strategy: string) => async (seed: string): Promise<number | undefined> => {
    const { failure, runs } = await explore(asynchronous[program]!, { ...asyncOptions, strategy: strategies[strategy]!(seed), seed });
    return failure === undefined ? undefined : runs;
  };
  const rows = new Map<string, readonly Measured[]>();
  for (const program of Object.keys(asynchronous)) {
    if (!isWanted(program) || (only === undefined && TOO_LONG.includes(program))) continue;
    const row: Measured[] = [];
    for (const name of names) row.push(await measureAsync(find(program, name), seeds, MOST, isQuick ? 1000 : 10_000));
    line(program, row);
    if (!isFifoBug(program)) rows.set(program, row);
  }
  summarise(rows);
  const worst: number[] = [];
  for (let length = 1; length <= 50; length += 1) {
    const { failure, runs } = await explore(lastOfAllAsync(length), { ...asyncOptions, seed: `L${length}` });
    worst.push(failure === undefined ? Number.POSITIVE_INFINITY : runs);
  }
  hardCase("async", worst);
}

const asyncOptions = { order: "latency", scope: "all", runs: MOST, shrinkMs: 0, leaks: "ignore" } as const;

function hardCase(kind: string, worst: readonly number[]): void {
  const over = worst.flatMap((count, index) => (count > 2 * (index + 1) + 20 ? [index + 1] : []));
  console.log(`"A takes L steps before B's first", ${kind}, L from 1 to 50: at most ${Math.max(...worst)} executions; beyond 2·L + 20 at ${over.length === 0 ? "no L" : `L = ${over.join(", ")}`}`);
}

function benchThroughput(): void {
  console.log("\nsimulated executions/s, two tasks of 5 steps each, no bug:");
  const searched: Readonly<Record<string, (seed: string) => Strategy>> = { fifo: () => ({ ...fifo(), begin: () => true }), exhaustive: () => exhaustive(Number.POSITIVE_INFINITY), ...strategies };
  for (const [name, make] of Object.entries(searched)) {
    const perSecond = throughput(() => make("speed"), isQuick ? 300 : 1000);
    console.log(`  ${name.padEnd(12)}${Math.round(perSecond).toLocaleString("en").padStart(12)}`);
  }
}

if (process.argv.includes("--traces")) {
  await benchTraces(isWanted, form);
  process.exit();
}
benchThroughput();
await benchTraces(isWanted, form);
if (form !== "async") benchSimulated();
if (form !== "simulated") await benchAsync();
