import { fileURLToPath } from "node:url";
import type { Plugin, UserConfig } from "vite";
import { HeddleError } from "../engine/errors.ts";
import type { OrderName } from "../engine/options.ts";
import { printable } from "../values/printable.ts";
import { messageOf } from "../values/thrown.ts";
import { PROVIDED, SUITE_LATENCY_MS, type SuiteSettings } from "../vitest/suite/settings.ts";
import { RUNNER } from "./runner.ts";
import { markModule, mayNeedMarks, PARSER_OPTIONS, parserInput, type SyntaxNode } from "./transform.ts";

/** How a suite is explored as it stands: see `HeddlePluginOptions.fuzz`. */
export interface FuzzOptions {
  /** The most executions for each test. Default 100. */
  runs?: number;
  /** Which reorderings are legal. Default `"production"`: what can happen as things stand. */
  order?: OrderName | "auto";
  /** The longest that an I/O (or a delayed await) takes, in virtual ms. Default 1000. May be `Infinity`. */
  latencyMs?: number;
  /** The most real time for the search of one test, in ms. Default 10,000. */
  timeMs?: number;
  /** A base seed: other schedules than those that come from the tests' names. */
  seed?: string;
}

/** Options of the Vite plugin. `include` and `exclude` are matched against a module's absolute path, with forward slashes and no query. */
export interface HeddlePluginOptions {
  /** Mark only the modules that match one of these. Default, and when empty: every module outside `node_modules`. */
  include?: RegExp[];
  /** Leave out the modules that match one of these, even where `include` matches. */
  exclude?: RegExp[];
  /**
   * Run every test of the suite under many schedules, as `heddle fuzz` does: each runs once natively, then as the body
   * of an exploration, and fails if a schedule fails. `true` for the defaults. Default: off.
   */
  fuzz?: boolean | FuzzOptions;
}

/** What vitest adds to Vite's configuration, as far as the plugin sets it. */
type TestConfig = Omit<UserConfig, "plugins"> & {
  test: { server: { deps: { external: RegExp[] } }; runner?: string; provide?: Record<typeof PROVIDED, SuiteSettings> };
};

/** What a post plugin sees of these is JavaScript: theirs, or compiled from them. */
const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?)$/;

const FUZZ_OPTIONS: ReadonlySet<string> = new Set(["runs", "order", "latencyMs", "timeMs", "seed"]);
const ORDERS: ReadonlySet<string> = new Set(["production", "latency", "chaos", "auto"]);

const OWN_FILE: string = fileURLToPath(import.meta.url);
const PACKAGE_ROOT: string = forwardSlashes(fileURLToPath(new URL("../..", import.meta.url)));
const OWN_FOLDERS: readonly string[] = [`${PACKAGE_ROOT}src/`, `${PACKAGE_ROOT}dist/`];

/**
 * The Vite plugin: it marks the awaits and thens of the user's own modules, so that heddle's runtime knows where they
 * stand without looking at a stack, and so that an await on a plain value is seen at all. It works under vitest only,
 * never in a build or a plain dev server; the marks do nothing while no execution runs.
 *
 * It also sees to it that every import of heddle, wherever it stands, leads to the one copy that the plugin is from.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * import { heddle } from "heddle/vite";
 * import { defineConfig } from "vitest/config";
 *
 * export default defineConfig({ plugins: [heddle()] });
 * ```
 *
 * @param options - which modules to mark
 * @throws HeddleError `BAD_OPTION` when an option is unknown or not an array of RegExp
 */
export function heddle(options: HeddlePluginOptions = {}): Plugin {
  const wants = moduleFilter(options);
  const fuzz = suiteSettings(options.fuzz);
  return {
    name: "heddle",
    enforce: "post",
    apply: (_config, { command, mode }) => command === "serve" && (mode === "test" || "VITEST" in process.env),
    config: () => {
      const config = oneCopyConfig();
      return fuzz === undefined ? config : { ...config, test: { ...config.test, runner: RUNNER, provide: { [PROVIDED]: fuzz } } };
    },
    resolveId: {
      // Ahead of Vite's own: a module of another package in a monorepo may not be able to reach heddle by itself.
      order: "pre",
      async handler(source, importer, how) {
        if (source !== "heddle" && !source.startsWith("heddle/")) return null;
        const resolved = await this.resolve(source, OWN_FILE, { ...how, skipSelf: true });
        return resolved ?? this.resolve(source, importer, { ...how, skipSelf: true });
      },
    },
    transform: {
      // Behind vitest's own plugin, which lifts `vi.mock` and `vi.hoisted` above the imports: it has to see
      // `await vi.hoisted(...)` as it was written, and what it lifts must not use an import that is not there yet.
      order: "post",
      handler(code, id) {
        const path = modulePath(id);
        if (path === undefined || !wants(path) || !mayNeedMarks(code)) return undefined;
        let program: SyntaxNode;
        try {
          program = this.parse(parserInput(code), PARSER_OPTIONS);
        } catch (error) {
          // Vite itself will fail on this module and say why, unless a later plugin makes JavaScript of it.
          this.warn(printable(`heddle could not parse ${path}, so its awaits are not marked: ${messageOf(error)}`));
          return undefined;
        }
        return markModule(code, program, path);
      },
    },
  };
}

export default heddle;

/**
 * In `node_modules` heddle is external as it is. Linked from elsewhere, vitest would load its modules itself, beside
 * the copy that Node loads: two copies, one of which is never told of an execution.
 */
function oneCopyConfig(): TestConfig {
  const dist = `${PACKAGE_ROOT}dist/`.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return {
    optimizeDeps: { exclude: ["heddle"] },
    test: { server: { deps: { external: [new RegExp(`^(?:file:///?)?${dist}`)] } } },
  };
}

/** The path of a module that is a file, without its query; `undefined` for virtual modules. */
function modulePath(id: string): string | undefined {
  if (id.includes("\0") || id.startsWith("virtual:") || id.startsWith("/@")) return undefined;
  return forwardSlashes(id.replace(/\?.*$/s, ""));
}

function moduleFilter(options: HeddlePluginOptions): (path: string) => boolean {
  const { include, exclude } = checkedOptions(options);
  return (path) => {
    if (!SCRIPT.test(path) || path.includes("/node_modules/")) return false;
    if (OWN_FOLDERS.some((folder) => path.startsWith(folder))) return false;
    // Unlike `test`, `search` takes no notice of where the last match of a global expression ended.
    if (include !== undefined && include.length > 0 && !include.some((pattern) => path.search(pattern) !== -1)) return false;
    return exclude === undefined || !exclude.some((pattern) => path.search(pattern) !== -1);
  };
}

function checkedOptions(options: unknown): HeddlePluginOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new HeddleError("BAD_OPTION", `heddle() takes an object, not ${described(options)}: heddle({ exclude: [/…/] })`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === "fuzz") continue;
    if (name !== "include" && name !== "exclude") {
      throw new HeddleError("BAD_OPTION", `the Vite plugin has no option "${name}": use "include", "exclude" or "fuzz"`);
    }
    if (value === undefined) continue;
    if (!Array.isArray(value) || !value.every((pattern) => pattern instanceof RegExp)) {
      throw new HeddleError(
        "BAD_OPTION",
        `the Vite plugin's option "${name}" must be an array of RegExp, not ${described(value)}: ${name}: [/\\/src\\//]`,
      );
    }
  }
  return { ...options };
}

/** @throws HeddleError `BAD_OPTION` */
function suiteSettings(given: unknown): SuiteSettings | undefined {
  if (given === undefined || given === false) return undefined;
  const options = given === true ? {} : given;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new HeddleError("BAD_OPTION", `the Vite plugin's option "fuzz" takes true or an object, not ${described(given)}: fuzz: { runs: 200 }`);
  }
  for (const name of Object.keys(options)) {
    if (!FUZZ_OPTIONS.has(name)) throw new HeddleError("BAD_OPTION", `"fuzz" has no option "${name}": there are ${[...FUZZ_OPTIONS].join(", ")}`);
  }
  const { runs = 100, order = "production", latencyMs = SUITE_LATENCY_MS, timeMs = 10_000, seed } = options as FuzzOptions;
  if (!Number.isSafeInteger(runs) || runs < 1) throw new HeddleError("BAD_OPTION", `"fuzz.runs" is ${described(runs)}; it takes a whole number from 1`);
  if (!ORDERS.has(order)) throw new HeddleError("BAD_OPTION", `"fuzz.order" is ${described(order)}; it takes one of ${[...ORDERS].join(", ")}`);
  if (typeof latencyMs !== "number" || !(latencyMs >= 0)) throw new HeddleError("BAD_OPTION", `"fuzz.latencyMs" is ${described(latencyMs)}; it takes a number of milliseconds from 0`);
  if (typeof timeMs !== "number" || !(timeMs > 0)) throw new HeddleError("BAD_OPTION", `"fuzz.timeMs" is ${described(timeMs)}; it takes a number of milliseconds above 0`);
  if (seed !== undefined && (typeof seed !== "string" || seed === "")) throw new HeddleError("BAD_OPTION", `"fuzz.seed" is ${described(seed)}; it takes a text`);
  return { runs, order, latencyMs, testTimeMs: timeMs, ...(seed === undefined ? {} : { seed }) };
}

function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const wrong: unknown = value.find((element) => !(element instanceof RegExp));
    return wrong === undefined ? "an array" : `an array with ${described(wrong)} in it`;
  }
  if (value instanceof RegExp) return `the RegExp ${String(value)} alone`;
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? `the text ${JSON.stringify(value)}` : `a value of type ${typeof value}`;
}

function forwardSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}
