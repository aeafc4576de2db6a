import type { Environment } from "../host/process/environment.ts";
import { keptOptions } from "./kept-options.ts";
import { launched } from "./launcher.ts";
import { namePattern } from "./name-pattern.ts";
import { namesOfTest } from "./names-of-test.ts";
import { mainScript, pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

interface Block {
  readonly name: string;
  readonly parent?: Block;
}

/** What jest-circus keeps of a file's tests, in a property of the realm's global object. */
interface CircusState {
  readonly currentlyRunningTest?: (Block & { readonly timeout?: number }) | null;
  readonly testTimeout?: number;
}

/** What `expect` keeps there. */
interface ExpectState {
  readonly currentTestName?: string;
  readonly testPath?: string;
}

const EXPECT = Symbol.for("$$jest-matchers-object");
const ROOT = "ROOT_DESCRIBE_BLOCK";

/** The test that Jest runs. */
export function jestTest(caller: string, environment: Environment): RunningTest | undefined {
  const realm = globalThis as { [EXPECT]?: { readonly state?: ExpectState } };
  if (environment["JEST_WORKER_ID"] === undefined) return undefined;
  const told = realm[EXPECT]?.state;
  const state = circusState();
  const own = state?.currentlyRunningTest ?? undefined;
  const file = told?.testPath ?? caller;
  const names = own === undefined ? [told?.currentTestName ?? ""].filter((name) => name !== "") : pathOf(own);
  const pattern = names.length === 0 ? "" : ` -t "${namePattern(names)}"`;
  return {
    names,
    file,
    limitMs: own?.timeout ?? state?.testTimeout ?? 5_000,
    isLimitKnown: own !== undefined,
    command: `${jestCommand(environment)}${pattern} ${pathFromHere(file)}`,
    isOver: () => own !== undefined && circusState()?.currentlyRunningTest !== own,
  };
}

/** Its symbol is nobody else's, and has a description. */
function circusState(): CircusState | undefined {
  const realm = globalThis as unknown as Record<symbol, CircusState | undefined>;
  const key = Object.getOwnPropertySymbols(realm).find(({ description }) => description === "JEST_STATE_SYMBOL");
  return key === undefined ? undefined : realm[key];
}

function pathOf(test: Block): string[] {
  return namesOfTest(test, ({ name }) => name).filter((name) => name !== ROOT);
}

/** Jest runs ES modules only under an option of Node's, which `npx` cannot be given. */
function jestCommand(environment: Environment): string {
  const option = "--experimental-vm-modules";
  const [, , ...values] = process.argv;
  const script = mainScript();
  const isMain = /[\\/]jest(?:-cli)?[\\/]bin[\\/]jest\.js$/.test(script);
  const options = isMain ? keptOptions(values, ["--config", "-c", "--selectProjects", "--env"]) : "";
  const takesModules = process.execArgv.includes(option) || (environment["NODE_OPTIONS"] ?? "").includes(option);
  const isPlain = !takesModules || (environment["HEDDLE_COMMAND"] ?? "") !== "";
  if (isPlain) return launched("jest", environment) + options;
  return `node ${option} ${isMain ? pathFromHere(script) : "node_modules/jest/bin/jest.js"}${options}`;
}
