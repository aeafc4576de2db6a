import { pathToFileURL } from "node:url";
import type { Environment } from "../host/process/environment.ts";
import { launched } from "./launcher.ts";
import { wildcardPattern } from "./name-pattern.ts";
import { mainScript, pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

/** A test of AVA's, a hook, or an attempt of a test's. */
interface AvaTest {
  readonly title: string;
  readonly finishing?: boolean;
}

type CallFunction = (this: AvaTest) => unknown;

/** What AVA gives all tests of a file together, without a sign of life. */
const DEFAULT_MS = 10_000;

let current: AvaTest | undefined;

/** AVA's own folder, in the threads and processes in which it runs files with tests. */
function avaFolder(): string | undefined {
  return /^.*[\\/]ava[\\/](?=lib[\\/]worker[\\/])/.exec(mainScript())?.[0];
}

/**
 * AVA tells a test's function alone which test it is, so the calls of these functions are watched. Its tests run at once:
 * known is whose function has been called and has not yet come to its first `await`. To be called when heddle is loaded.
 */
export function watchAva(): void {
  const folder = avaFolder();
  if (folder === undefined) return;
  const watch = ({ default: Test }: { readonly default: { readonly prototype: { callFn: CallFunction } } }): void => {
    const { prototype } = Test;
    const { callFn } = prototype;
    const within = (test: AvaTest, call: () => unknown): unknown => {
      const before = current;
      current = test;
      try {
        return call();
      } finally {
        current = before;
      }
    };
    prototype.callFn = function (this: AvaTest) {
      return within(this, () => callFn.call(this));
    };
  };
  const address = pathToFileURL(`${folder}lib/test.js`).href;
  // Another AVA than those known: races have no names there.
  import(address).then(watch).catch(() => undefined);
}

/** The test that AVA runs. */
export function avaTest(file: string, environment: Environment): RunningTest | undefined {
  if (avaFolder() === undefined) return undefined;
  const own = current;
  const pattern = own === undefined ? "" : ` --match "${wildcardPattern(own.title)}"`;
  return {
    names: own === undefined ? [] : [own.title],
    file,
    limitMs: DEFAULT_MS,
    isLimitKnown: false,
    command: `${launched("ava", environment)}${pattern} ${pathFromHere(file)}`,
    isOver: () => own?.finishing === true,
  };
}
