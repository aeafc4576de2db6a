import { vi } from "vitest";
import { importFreshBy } from "../host/modules/fresh-modules.ts";
import { knowModules } from "../host/modules/module-states.ts";
import { importByNode } from "../host/modules/node-modules.ts";

interface Node {
  readonly meta?: { readonly externalize?: string };
}

/** vitest's module runner, as its mocker uses it: not public, but the same in vitest 4.1 and 5. */
interface Mocker {
  readonly resolveId?: (specifier: string, parent: string) => Promise<{ readonly url: string }>;
  readonly moduleRunner?: {
    readonly fetchModule: (url: string, parent: string) => Promise<Node>;
    readonly cachedRequest: (url: string, node: Node, callers: readonly string[]) => Promise<unknown>;
  };
}

/** Addresses by file and specifier: vitest is asked in another thread, and once. */
const addresses: Map<string, string> = new Map();
let made = 0;
let isInstalled = false;

/**
 * `t.import` by vitest's module runner: all modules that it has loaded are made anew, those that are mocked as they are
 * mocked. Modules that Node loads are made anew where the body itself asks for them.
 */
async function importByVitest(specifier: string, parent: string, instance: number): Promise<unknown> {
  const { __vitest_mocker__: mocker } = globalThis as { __vitest_mocker__?: Mocker };
  const runner = mocker?.moduleRunner;
  if (mocker?.resolveId === undefined || runner === undefined) return importByNode(specifier, parent, instance);
  if (instance !== made) vi.resetModules();
  made = instance;
  const key = `${parent}\n${specifier}`;
  if (!addresses.has(key)) addresses.set(key, (await mocker.resolveId(specifier, parent)).url);
  const url = addresses.get(key)!;
  const node = await runner.fetchModule(url, parent);
  const externalized = node.meta?.externalize;
  if (externalized?.startsWith("file:") === true) return importByNode(externalized, parent, instance);
  return runner.cachedRequest(url, node, [parent]);
}

interface Evaluated {
  readonly file?: string;
  readonly exports?: unknown;
}

function* loadedByVitest(): Iterable<readonly [path: string, exports: unknown]> {
  const worker = (globalThis as { __vitest_worker__?: { evaluatedModules?: { idToModuleMap?: Map<string, Evaluated> } } }).__vitest_worker__;
  for (const { file, exports } of worker?.evaluatedModules?.idToModuleMap?.values() ?? []) if (file !== undefined) yield [file, exports];
}

export function installFreshImport(): void {
  if (isInstalled) return;
  isInstalled = true;
  importFreshBy(importByVitest);
  knowModules(loadedByVitest);
}
