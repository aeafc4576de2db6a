import type { Environment } from "../host/process/environment.ts";
import { launched } from "./launcher.ts";
import { namePattern } from "./name-pattern.ts";
import { pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

/** What tap gives a file by default. */
const DEFAULT_MS = 30_000;

/** A test of tap's; the outermost one is the file. */
interface TapTest {
  readonly name?: string;
  readonly options?: { readonly timeout?: number };
  readonly activeSubtests?: ReadonlySet<TapTest>;
  readonly ended?: boolean;
  readonly results?: unknown;
}

/** tap keeps the file's own test for all copies of itself in a property of the global object. */
const ROOT = Symbol.for("TAP private constructor");

/** The test that tap runs. Of tests that run at once nobody can tell which it is. */
export function tapTest(file: string, environment: Environment): RunningTest | undefined {
  if (environment["TAP"] !== "1") return undefined;
  const root = (globalThis as { [ROOT]?: TapTest })[ROOT];
  const path = runningPath(root);
  const own = path.at(-1);
  const names = path.map(({ name }) => name ?? "").filter((name) => name !== "");
  // One pattern for each level.
  const patterns = names.map((name) => ` -g "${namePattern([name])}"`).join("");
  return {
    names,
    file,
    limitMs: own?.options?.timeout ?? root?.options?.timeout ?? DEFAULT_MS,
    isLimitKnown: own !== undefined,
    command: `${launched("tap", environment)}${patterns} ${pathFromHere(process.argv[1] ?? file)}`,
    isOver: () => own !== undefined && (own.ended === true || (own.results !== undefined && own.results !== null)),
  };
}

/** The tests that run, each within the one before it, without the file's own. */
function runningPath(root: TapTest | undefined): TapTest[] {
  const path: TapTest[] = [];
  for (let one = root; one?.activeSubtests !== undefined; ) {
    const { size } = one.activeSubtests;
    if (size > 1) return [];
    if (size === 0) break;
    const next: TapTest = [...one.activeSubtests][0]!;
    path.push(next);
    one = next;
  }
  return path;
}
