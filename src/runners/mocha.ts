import { nodeProcess } from "../host/natives.ts";
import type { Environment } from "../host/process/environment.ts";
import { keptOptions } from "./kept-options.ts";
import { launched } from "./launcher.ts";
import { namePattern } from "./name-pattern.ts";
import { namesOfTest } from "./names-of-test.ts";
import { mainScript, pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

/** What Mocha runs: a test, or a hook. */
interface Runnable {
  readonly title: string;
  readonly file?: string;
  readonly parent?: Runnable;
  readonly timedOut?: boolean;
  readonly state?: string;
  timeout(): number;
}

type Run = (this: Runnable, callback: unknown) => unknown;

const NEEDED = ["-r", "--require", "--import", "--loader", "-c", "--config", "-u", "--ui", "--node-option", "-n"];

let current: Runnable | undefined;

/**
 * Mocha tells a test's function alone which test it is (by `this`), so its way to run one is watched. To be called when
 * heddle is loaded: it is too late within the test.
 */
export function watchMocha(): void {
  const script = mainScript();
  const folder = /^.*[\\/]mocha[\\/](?=(?:bin|lib)[\\/])/.exec(script)?.[0];
  const module = nodeProcess.getBuiltinModule?.("node:module") as { readonly createRequire: (path: string) => (path: string) => unknown } | undefined;
  if (folder === undefined || module === undefined) return;
  try {
    const loaded = module.createRequire(script)(`${folder}lib/runnable.js`) as { readonly Runnable?: Function; readonly default?: Function; readonly prototype?: unknown };
    // From Mocha 12 on it is an ES module, with a named export.
    const prototype = (loaded.Runnable?.prototype ?? loaded.default?.prototype ?? loaded.prototype) as { run: Run };
    const { run } = prototype;
    const begins = (runnable: Runnable): void => {
      current = runnable;
    };
    prototype.run = function (this: Runnable, callback: unknown) {
      begins(this);
      return run.call(this, callback);
    };
  } catch {
    // Another Mocha than those known: races have no names there.
  }
}

/** The test that Mocha runs. */
export function mochaTest(caller: string, environment: Environment): RunningTest | undefined {
  if (!/[\\/]mocha[\\/](?:bin|lib)[\\/]/.test(mainScript())) return undefined;
  const own = current;
  const file = own?.file ?? caller;
  const names = own === undefined ? [] : pathOf(own);
  const pattern = names.length === 0 ? "" : ` -g "${namePattern(names)}"`;
  const limitMs = own?.timeout() ?? 2_000;
  return {
    names,
    file,
    limitMs: limitMs > 0 ? limitMs : Number.POSITIVE_INFINITY,
    isLimitKnown: own !== undefined,
    command: `${launched("mocha", environment)}${keptOptions(process.argv.slice(2), NEEDED)}${pattern} ${pathFromHere(file)}`,
    isOver: () => own !== undefined && (own.timedOut === true || own.state !== undefined || current !== own),
  };
}

function pathOf(runnable: Runnable): string[] {
  return namesOfTest(runnable, ({ title }) => title).filter((name) => name !== "");
}
