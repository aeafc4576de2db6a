import { nodeProcess } from "../host/natives.ts";
import type { Environment } from "../host/process/environment.ts";
import { shellWord } from "../values/shell-word.ts";
import { namePattern } from "./name-pattern.ts";
import { namesOfTest } from "./names-of-test.ts";
import { pathFromHere } from "./paths.ts";
import type { RunningTest } from "./running-test.ts";

/** A test of `node:test` is itself the resource in whose async context its function is called. */
interface NodeTest {
  readonly name: string;
  readonly parent?: NodeTest | null;
  readonly timeout?: number | null;
  readonly finished?: boolean;
  readonly signal?: AbortSignal;
}

interface AsyncHooks {
  readonly executionAsyncResource: () => object;
}

/** The test that `node:test` runs. Behind an `await` of the test's own nobody can tell which it is. */
export function nodeTest(caller: string, environment: Environment): RunningTest | undefined {
  const hooks = nodeProcess.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
  const resource = hooks?.executionAsyncResource() as (Partial<NodeTest> & object) | undefined;
  const own = resource?.constructor.name === "Test" && typeof resource.name === "string" ? (resource as NodeTest) : undefined;
  if (own === undefined && environment["NODE_TEST_CONTEXT"] === undefined) return undefined;
  const names = own === undefined ? [] : pathOf(own);
  const limitMs = own?.timeout ?? Number.POSITIVE_INFINITY;
  return {
    names,
    file: caller,
    limitMs,
    isLimitKnown: own !== undefined,
    command: nodeCommand(names, caller),
    isOver: () => own !== undefined && (own.finished === true || own.signal?.aborted === true),
  };
}

/** Node names the root of all tests `<root>`. */
function pathOf(test: NodeTest): string[] {
  return namesOfTest(test, ({ name }) => name).filter((name) => name !== "" && name !== "<root>");
}

/** Up to Node 20 the pattern is looked for in a test's own name, from 22 on in its whole path too. */
function nodeCommand(names: readonly string[], caller: string): string {
  const own = names.at(-1);
  const pattern = own === undefined ? "" : ` --test-name-pattern "${namePattern([own])}"`;
  const options = process.execArgv.filter((option) => !option.startsWith("--test")).map((option) => `${shellWord(option)} `).join("");
  return `node ${options}--test${pattern} ${pathFromHere(process.argv[1] ?? caller)}`;
}
