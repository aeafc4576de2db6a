import { parseArgs } from "node:util";
import { HeddleError } from "../engine/errors.ts";
import type { OrderName } from "../engine/options.ts";
import { latencyMs, milliseconds } from "./duration.ts";
import { seedOf } from "./seed-argument.ts";

/** Options of vitest's that a command hands on. */
export interface VitestOptions {
  readonly config?: string;
  readonly root?: string;
  readonly project?: readonly string[];
  readonly pool?: string;
  readonly maxWorkers?: number;
  readonly testNamePattern?: string;
}

/** `heddle fuzz`, with everything told. */
export interface FuzzCommand {
  readonly command: "fuzz";
  readonly filters: readonly string[];
  readonly runs: number;
  readonly order: OrderName | "auto";
  /** The longest that an I/O takes, in virtual ms; may be infinite. */
  readonly latencyMs: number;
  /** The most real time for everything, in ms. */
  readonly timeMs: number;
  /** Real ms without a sign of life, after which a test is taken to be stuck. */
  readonly stuckMs: number;
  readonly seed: string | undefined;
  /** Whether fragile tests count as races for the exit code. */
  readonly isStrict: boolean;
  readonly isVerbose: boolean;
  /** What is printed. */
  readonly reporters: readonly ReporterName[];
  /** Files that the results are written to besides. */
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly vitest: VitestOptions;
}

/** `heddle flaky`. */
export interface FlakyCommand extends Pick<FuzzCommand, "filters" | "runs" | "order" | "latencyMs" | "timeMs" | "stuckMs" | "seed" | "json" | "vitest"> {
  readonly command: "flaky";
  /** How often each test is run as it is. */
  readonly native: number;
}

/** How `heddle fuzz` prints what it has found. */
export type ReporterName = "table" | "github" | "json" | "junit";

/** `heddle replay`. */
export interface ReplayCommand {
  readonly command: "replay";
  readonly seed: string;
  readonly filters: readonly string[];
  /** Of the debugger, if there shall be one. */
  readonly inspectPort: number | undefined;
  readonly stuckMs: number;
  readonly vitest: VitestOptions;
}

/** Where `heddle report` writes: a path for each format that was asked for. */
export interface ReportOutputs {
  readonly html?: string;
  readonly json?: string;
  readonly trace?: string;
  readonly shiviz?: string;
  /** Whether the page is shown in a browser. */
  readonly open: boolean;
}

/** `heddle report`. */
export interface ReportCommand extends Omit<ReplayCommand, "command" | "inspectPort"> {
  readonly command: "report";
  readonly outputs: ReportOutputs;
}

/** `heddle coverage`. */
export interface CoverageCommand {
  readonly command: "coverage";
  readonly folder: string;
  readonly html: string | undefined;
  readonly json: string | undefined;
}

export type Command = FuzzCommand | FlakyCommand | ReplayCommand | ReportCommand | CoverageCommand | { readonly command: "help" };

export const USAGE = `heddle fuzz [file filters] [options]     run a vitest suite as it stands, every test under many schedules
heddle flaky <filter> [-t name]          how often a test fails: the rate under random schedules, by message, with a seed for each
heddle replay <seed> [file filters]      reproduce one failure, with its whole report (or <seed> is a file of .heddle/)
heddle replay <seed> -- <command>        the same with the command of any test runner, in any shell
heddle report <seed> [file filters]      reproduce one failure, and write it as a page or for other tools
heddle coverage <folder>                 which lines were seen in both orders, by tests that ran with HEDDLE_COVERAGE=<folder>

  --runs <n>            schedules for each test (100)
  --order <name>        production (what can happen as things stand), latency (every await may take time), chaos, or auto:
                        production, and with what is left of a test's schedules latency, where it may show to be fragile (auto)
  --strict              a fragile test ends the command with 1, as a race does
  --latency <ms>        the longest that an I/O (or a delayed await) takes, in virtual ms (1000, or HEDDLE_LATENCY): a timer, the
                        sleep of a test say, comes before it only if it is no longer than that
  --time <duration>     the most time for everything: 90s, 10m, 1h (10m)
  --seed <text>         a base seed: other schedules than those that come from the tests' names
  --stuck <duration>    after so long without a sign of life a test is stuck (20s)
  --verbose             name the tests that had nothing to decide too
  --native <n>          (flaky) run each test so often as it is, too, and tell how often it fails (1)
  --reporter <name>     table, github (annotations at the racing lines), json, junit; may be given several times (table)
  --json <file>, --junit <file>
                        write the results there too
  -t, --test-name-pattern <pattern>, --project <name>, --config <file>, --root <folder>, --pool <name>, --max-workers <n>
                        as vitest takes them
  --html <file>, --json <file>, --trace <file>, --shiviz <file>
                        (report) what to write: the page (heddle-report.html), JSON, Chrome trace events, a ShiViz log
  --open                (report) show the page in a browser
  --inspect[=port]      (replay) stop in the debugger before the step that deviates

exit code: 0 no race found, 1 races found, 2 could not run, 130 interrupted before any was found`;

const ORDERS: readonly string[] = ["production", "latency", "chaos", "auto"];
const REPORTERS: readonly ReporterName[] = ["table", "github", "json", "junit"];
const POOLS: readonly string[] = ["forks", "threads", "vmThreads", "vmForks"];

const SHARED = {
  config: { type: "string", short: "c" },
  root: { type: "string" },
  project: { type: "string", multiple: true },
  pool: { type: "string" },
  "max-workers": { type: "string" },
  "test-name-pattern": { type: "string", short: "t" },
  stuck: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const OF_REPORT = {
  ...SHARED,
  html: { type: "string" },
  json: { type: "string" },
  trace: { type: "string" },
  shiviz: { type: "string" },
  open: { type: "boolean" },
} as const;

const OF_FUZZ = {
  ...SHARED,
  runs: { type: "string" },
  order: { type: "string" },
  latency: { type: "string" },
  time: { type: "string" },
  seed: { type: "string" },
  verbose: { type: "boolean" },
  strict: { type: "boolean" },
  reporter: { type: "string", multiple: true },
  json: { type: "string" },
  junit: { type: "string" },
} as const;

const OF_FLAKY = {
  ...SHARED,
  runs: { type: "string" },
  native: { type: "string" },
  order: { type: "string" },
  latency: { type: "string" },
  time: { type: "string" },
  seed: { type: "string" },
  json: { type: "string" },
} as const;

/**
 * Reads a command line.
 * @throws HeddleError `BAD_OPTION` or `BAD_SEED`, with what is wrong and what to write instead.
 */
export function commandOf(words: readonly string[]): Command {
  const [name, ...rest] = words;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") return { command: "help" };
  if (name === "fuzz") return fuzzCommand(rest);
  if (name === "flaky") return flakyCommand(rest);
  if (name === "replay") return replayCommand(rest);
  if (name === "report") return reportCommand(rest);
  if (name === "coverage") return coverageCommand(rest);
  throw new HeddleError("BAD_OPTION", `there is no command "${name}"; there are \`heddle fuzz\`, \`heddle flaky <filter>\`, \`heddle replay <seed>\` and \`heddle report <seed>\``);
}

function fuzzCommand(words: string[]): Command {
  const { values, positionals } = parsed(() => parseArgs({ args: words, options: OF_FUZZ, allowPositionals: true }));
  if (values.help === true) return { command: "help" };
  return {
    command: "fuzz",
    filters: positionals,
    runs: values.runs === undefined ? 100 : wholeNumber("--runs", values.runs),
    order: oneOf("--order", values.order ?? "auto", ORDERS) as OrderName,
    latencyMs: latencyMs(values.latency, process.env["HEDDLE_LATENCY"]),
    timeMs: milliseconds("--time", values.time ?? "10m"),
    stuckMs: stuckMs(values.stuck),
    seed: values.seed,
    isStrict: values.strict === true,
    isVerbose: values.verbose === true,
    reporters: reportersOf(values.reporter),
    json: values.json,
    junit: values.junit,
    vitest: vitestOptions(values),
  };
}

function flakyCommand(words: string[]): Command {
  const { values, positionals } = parsed(() => parseArgs({ args: words, options: OF_FLAKY, allowPositionals: true }));
  if (values.help === true) return { command: "help" };
  if (positionals.length === 0 && values["test-name-pattern"] === undefined) {
    throw new HeddleError("BAD_OPTION", "heddle flaky takes the file of the test in question, or its name: heddle flaky src/cart.test.ts -t checkout");
  }
  return {
    command: "flaky",
    filters: positionals,
    runs: values.runs === undefined ? 1000 : wholeNumber("--runs", values.runs),
    native: values.native === undefined ? 1 : wholeNumber("--native", values.native),
    order: oneOf("--order", values.order ?? "production", ORDERS) as OrderName,
    latencyMs: latencyMs(values.latency, process.env["HEDDLE_LATENCY"]),
    timeMs: milliseconds("--time", values.time ?? "10m"),
    stuckMs: stuckMs(values.stuck),
    seed: values.seed,
    json: values.json,
    vitest: vitestOptions(values),
  };
}

function replayCommand(words: string[]): Command {
  // parseArgs knows no options with a value that may be left out.
  const inspect = words.find((word) => /^--inspect(?:=|$)/.test(word));
  const others = words.filter((word) => word !== inspect);
  const { values, positionals } = parsed(() => parseArgs({ args: others, options: SHARED, allowPositionals: true }));
  if (values.help === true) return { command: "help" };
  const [given, ...filters] = positionals;
  if (given === undefined) throw new HeddleError("BAD_OPTION", "heddle replay takes the seed that a failure printed, or the file that keeps it: heddle replay hd1…");
  const seed = seedOf(given);
  const port = inspect === undefined ? undefined : portOf(inspect.slice("--inspect=".length));
  return { command: "replay", seed, filters, inspectPort: port, stuckMs: stuckMs(values.stuck), vitest: vitestOptions(values) };
}

function reportCommand(words: string[]): Command {
  const { values, positionals } = parsed(() => parseArgs({ args: words, options: OF_REPORT, allowPositionals: true }));
  if (values.help === true) return { command: "help" };
  const [given, ...filters] = positionals;
  if (given === undefined) throw new HeddleError("BAD_OPTION", "heddle report takes the seed that a failure printed, or the file that keeps it: heddle report hd1… --html failure.html");
  const { html, json, trace, shiviz, open = false } = values;
  const isPage = html !== undefined || open || (json === undefined && trace === undefined && shiviz === undefined);
  const outputs: ReportOutputs = {
    ...(isPage ? { html: html ?? "heddle-report.html" } : {}),
    ...(json === undefined ? {} : { json }),
    ...(trace === undefined ? {} : { trace }),
    ...(shiviz === undefined ? {} : { shiviz }),
    open,
  };
  return { command: "report", seed: seedOf(given), filters, outputs, stuckMs: stuckMs(values.stuck), vitest: vitestOptions(values) };
}

function coverageCommand(words: string[]): Command {
  const { html, json } = OF_REPORT;
  const { values, positionals } = parsed(() => parseArgs({ args: words, options: { html, json, help: SHARED.help }, allowPositionals: true }));
  if (values.help === true) return { command: "help" };
  const [folder, more] = positionals;
  if (folder === undefined || more !== undefined) throw new HeddleError("BAD_OPTION", "heddle coverage takes the folder that HEDDLE_COVERAGE named: HEDDLE_COVERAGE=orders npx vitest run, and then heddle coverage orders");
  return { command: "coverage", folder, html: values.html, json: values.json };
}

/** Under GitHub Actions the annotations come in any case. */
function reportersOf(given: readonly string[] | undefined): readonly ReporterName[] {
  const names = (given ?? ["table"]).map((name) => oneOf("--reporter", name, REPORTERS) as ReporterName);
  const isActions = process.env["GITHUB_ACTIONS"] === "true";
  // The annotations alone would name the races and no reason.
  const whole: readonly ReporterName[] = names.every((name) => name === "github") ? ["table", "github"] : names;
  return [...new Set([...whole, ...(isActions && whole.includes("table") ? (["github"] as const) : [])])];
}

function portOf(text: string): number {
  if (text === "") return 9229;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new HeddleError("BAD_OPTION", `--inspect is "${text}"; it takes a port: --inspect=9230`);
  return Number(text);
}

function stuckMs(text: string = "20s"): number {
  return milliseconds("--stuck", text);
}

function parsed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw new HeddleError("BAD_OPTION", `${(error as Error).message.replace(/\.? ?To specify.*$/s, "")}; \`heddle --help\` names them all`, { cause: error });
  }
}

type SharedValues = Partial<Record<"config" | "root" | "pool" | "max-workers" | "test-name-pattern", string>> & { project?: string[] };

function vitestOptions(values: SharedValues): VitestOptions {
  const { config, root, project, pool } = values;
  const pattern = values["test-name-pattern"];
  const workers = values["max-workers"];
  return {
    ...(config === undefined ? {} : { config }),
    ...(root === undefined ? {} : { root }),
    ...(project === undefined ? {} : { project }),
    ...(pool === undefined ? {} : { pool: oneOf("--pool", pool, POOLS) }),
    ...(workers === undefined ? {} : { maxWorkers: wholeNumber("--max-workers", workers) }),
    ...(pattern === undefined ? {} : { testNamePattern: pattern }),
  };
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new HeddleError("BAD_OPTION", `${option} is "${text}"; it takes a whole number from 1: ${option} 100`);
  return Number(text);
}

function oneOf(option: string, text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text)) throw new HeddleError("BAD_OPTION", `${option} is "${text}"; it takes one of ${allowed.join(", ")}`);
  return text;
}
