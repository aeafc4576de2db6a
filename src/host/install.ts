import { HeddleError } from "../engine/errors.ts";
import { installClock, holderOf } from "./timers/clock.ts";
import { formatConsoleWith, installConsole, uninstallConsole } from "./process/console.ts";
import { installMessages } from "./messages/install.ts";
import { natives, nodeProcess } from "./natives.ts";
import { ownFolder } from "./own-place.ts";
import { installOperations } from "./io/operations.ts";
import { hostPatches, reinstatePatches, wrappablePatches } from "./patches.ts";
import { installPromises } from "./promises/promises.ts";
import { installCryptoRandomness, installRandomness } from "./process/randomness.ts";
import { installRejections } from "./promises/rejections.ts";
import { installStandIns } from "./objects/declared-proxies.ts";
import { patchedNextTick, patchedQueueMicrotask } from "./promises/ticks.ts";
import { isFaked, renewFakeTimers } from "./timers/fake-clocks.ts";
import { abortErrorsBy, patchedAbortTimeout, promiseTimers } from "./timers/timer-promises.ts";
import { TracedPromise } from "./promises/tracing.ts";
import {
  clearing,
  patchedSetImmediate,
  patchedSetInterval,
  patchedSetTimeout,
  VirtualImmediate,
  VirtualTimer,
} from "./timers/timers.ts";

type Builtin = Record<string, unknown>;

/** Where another copy of heddle in this realm would find this one. */
const PRESENCE = Symbol.for("heddle.installed");

const patches = hostPatches;
let isInstalled = false;

const loaded = new Map<string, Builtin>();
for (const name of [
  "node:fs", "node:fs/promises", "node:dns", "node:dns/promises", "node:crypto", "node:zlib", "node:child_process", "node:dgram",
  "node:net", "node:path", "node:worker_threads", "node:timers", "node:timers/promises", "node:module", "node:util", "node:events", "node:v8",
]) {
  try {
    // Not by an import: in a `vm` context it would be kept as it was before the patches.
    const builtinModule = nodeProcess.getBuiltinModule?.(name);
    if (builtinModule !== undefined) loaded.set(name, builtinModule);
  } catch {
    // A runtime without this module has nothing of it to control.
  }
}

function builtin(name: string): Builtin | undefined {
  return loaded.get(name);
}

/**
 * Puts the trampolines in place. While no execution runs they call straight through. Importing heddle does this, so
 * that code which keeps a reference to `setTimeout` or `then` is caught as well, if it is imported later.
 * @throws HeddleError `TWO_COPIES` where another copy of heddle has done so in this realm.
 */
export function install(): void {
  const util = builtin("node:util");
  if (util !== undefined) formatConsoleWith(util["format"] as (...values: unknown[]) => string);
  installConsole();
  if (isInstalled) return;
  const realm = globalThis as { [PRESENCE]?: string };
  if (realm[PRESENCE] !== undefined) {
    throw new HeddleError(
      "TWO_COPIES",
      `two copies of heddle are loaded in one process (${realm[PRESENCE]} and ${ownFolder}); make your bundler or package manager load one: under Vitest, keep heddle out of \`server.deps.inline\``,
    );
  }
  Object.defineProperty(realm, PRESENCE, { value: ownFolder, configurable: true });
  isInstalled = true;
  installPromises(patches);
  installTimers();
  installClock(patches);
  installRandomness(patches, builtin("node:crypto"));
  installMessages(patches, wrappablePatches, builtin("node:worker_threads"));
  installRejections(wrappablePatches);
  installStandIns(wrappablePatches, builtin);
  installOperations(wrappablePatches, builtin);
  installCryptoRandomness(wrappablePatches, builtin("node:crypto"));
  renewFakeTimers(wrappablePatches, (builtin("node:module")?.["_cache"] ?? {}) as Parameters<typeof renewFakeTimers>[1]);
  syncModules();
}

/** Takes everything back: property descriptors are as they were. */
export function uninstall(): void {
  if (!isInstalled) return;
  isInstalled = false;
  wrappablePatches.undo();
  patches.undo();
  uninstallConsole();
  Reflect.deleteProperty(globalThis, PRESENCE);
  syncModules();
}

/** Objects whose properties are named with them, as `Promise.prototype.then`. */
const named: ReadonlyMap<object, string> = new Map<object, string>([
  [natives.Promise, "Promise."], [natives.promisePrototype, "Promise.prototype."], [Math, "Math."], [natives.Date, "Date."],
  [nodeProcess, "process."],
]);

const promiseProperty = Object.getOwnPropertyDescriptor(globalThis, "Promise")!;

/** `Promise` itself, which is left as it is: but every await is one of its own. */
function isPromiseChanged(): boolean {
  const now: unknown = Object.getOwnPropertyDescriptor(globalThis, "Promise")?.value;
  return now !== natives.Promise && now !== TracedPromise;
}

/**
 * Names of controlled globals that somebody has replaced since. Where somebody put the native function back, as test
 * runners do around their own messages, or what was read before, as spies do, it is taken over again and not named. Nor is
 * what fake timers put there: a clock of the test's own.
 */
export function changedGlobals(): string[] {
  reinstatePatches();
  const changed = patches.changedBySomebody().filter((replaced) => !isFaked(replaced));
  const names = changed.map(({ holder, key }) => `${named.get(holder) ?? ""}${String(key)}`);
  return [...new Set(isPromiseChanged() ? ["Promise", ...names] : names)];
}

/** Puts the trampolines back, whoever has replaced them. */
export function restoreGlobals(): void {
  patches.restore();
  if (isPromiseChanged()) Reflect.defineProperty(globalThis, "Promise", promiseProperty);
}

function installTimers(): void {
  const promises = builtin("node:timers/promises");
  for (const holder of [globalThis, builtin("node:timers")]) {
    if (holder === undefined) continue;
    patches.method(holder, "setTimeout", withExtras(patchedSetTimeout, natives.setTimeout));
    patches.method(holder, "setInterval", withExtras(patchedSetInterval, natives.setInterval));
    if (natives.setImmediate !== undefined) {
      patches.method(holder, "setImmediate", withExtras(patchedSetImmediate, natives.setImmediate));
    }
    patches.method(holder, "clearTimeout", clearing(natives.clearTimeout, VirtualTimer));
    patches.method(holder, "clearInterval", clearing(natives.clearInterval, VirtualTimer));
    patches.method(holder, "clearImmediate", clearing(natives.clearImmediate, VirtualImmediate));
  }
  patches.method(globalThis, "queueMicrotask", patchedQueueMicrotask);
  if (natives.nextTick !== undefined) patches.method(nodeProcess, "nextTick", patchedNextTick);
  patches.method(AbortSignal, "timeout", patchedAbortTimeout);
  if (promises !== undefined) installPromiseTimers(promises);
}

function installPromiseTimers(promises: Builtin): void {
  const scheduler = promises["scheduler"] as object | undefined;
  const schedulerMethods = scheduler === undefined ? undefined : holderOf(scheduler, "wait");
  const native = { ...promises, ...pick(schedulerMethods, ["wait", "yield"]) };
  const patched = promiseTimers(native as Parameters<typeof promiseTimers>[0], scheduler);
  abortErrorsBy(builtin("node:events"));
  const replace = (holder: object, key: string): void => {
    if (patched[key] !== undefined) patches.method(holder, key, patched[key]);
  };
  for (const key of ["setTimeout", "setImmediate", "setInterval"]) replace(promises, key);
  if (schedulerMethods === undefined) return;
  for (const key of ["wait", "yield"]) replace(schedulerMethods, key);
}

function pick(holder: object | undefined, keys: readonly string[]): Builtin {
  const picked: Builtin = {};
  for (const key of keys) picked[key] = (holder as Builtin | undefined)?.[key];
  return picked;
}

/** `util.promisify(setTimeout)` gives the function of `node:timers/promises`. */
function withExtras(replacement: Function, native: Function): Function {
  for (const key of Object.getOwnPropertySymbols(native)) {
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(native, key)!);
  }
  return replacement;
}

/** ES modules that imported a builtin's function by name see the change only after this. */
function syncModules(): void {
  (builtin("node:module") as { syncBuiltinESMExports?: () => void } | undefined)?.syncBuiltinESMExports?.();
}
