/** Runners that tell nobody which test runs: what is known is the file. */
import { pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

/** What Bun and Deno take for a file with tests. */
const TEST_FILE = /(?:^|[\\/]|[._])(?:test|spec)\.[cm]?[jt]sx?$/;

function byFile(file: string, limitMs: number, command: string): RunningTest {
  return { names: [], file, limitMs, isLimitKnown: false, command, isOver: () => false };
}

export function bunTest(file: string): RunningTest | undefined {
  const main = (globalThis as { Bun?: { readonly main?: string } }).Bun?.main;
  if (main === undefined || !TEST_FILE.test(main)) return undefined;
  // Without the dot it would be a pattern, for the names of all files.
  const path = pathFromHere(main);
  return byFile(file, 5_000, `bun test ${/^[./"']/.test(path) ? path : `./${path}`}`);
}

export function denoTest(file: string): RunningTest | undefined {
  const main = (globalThis as { Deno?: { readonly mainModule?: string } }).Deno?.mainModule;
  if (main === undefined || !TEST_FILE.test(main)) return undefined;
  return byFile(file, Number.POSITIVE_INFINITY, `deno test -A ${pathFromHere(process.argv[1] ?? file)}`);
}
