/** A thread that runs files of test262: natively (heddle is not even loaded there), or as bodies under an order. */
import { createContext, constants, Script, runInContext, runInThisContext } from "node:vm";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { isAsItWas, takeSnapshot } from "./realm.mjs";
import { harnessFor } from "./test262.mjs";

/** @import { ExploreOptions } from "heddle" */
/** @import { Mode, Request, Result, TestFile } from "./types.d.ts" */

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
const { folder, heddle } = /** @type {{ folder: string, heddle: string | undefined }} */ (workerData);
const explore = heddle === undefined ? undefined : (/** @type {typeof import("heddle")} */ (await import(heddle))).explore;
// As a host of test262 does: rejections that nobody handles are the file's own business.
process.on("unhandledRejection", () => undefined);
const setImmediateNatively = setImmediate;
const snapshot = takeSnapshot();
let runs = 0;

port.on("message", async (/** @type {Request} */ request) => {
  const { passed, message } = await outcomeOf(request);
  // What the file has left behind runs out first.
  await new Promise((resolve) => setImmediateNatively(resolve));
  port.postMessage(/** @type {Result} */ ({ passed, message, changed: request.isAlone || !isAsItWas(snapshot) }));
});
port.postMessage("ready");

/** @param {Request} request @returns {Promise<{ passed: boolean, message: string }>} */
async function outcomeOf({ file, mode, isAlone }) {
  /** @type {{ error?: unknown } | undefined} */
  let first;
  const body = async () => {
    const isFirst = first === undefined;
    first ??= {};
    // A failure is replayed: how the first execution ended is what counts.
    if (!isFirst) return;
    try {
      await run(file, isAlone);
    } catch (error) {
      first.error = error ?? new Error("failed with nothing");
    }
    ended = true;
  };
  let ended = false;
  let said = "it did not end";
  if (explore === undefined) {
    await body();
  } else {
    try {
      const { failure } = await explore(body, optionsFor(/** @type {Exclude<Mode, "native">} */ (mode)));
      if (failure !== undefined) said = `${failure.kind}: ${textOf(failure.error)}`;
    } catch (error) {
      // heddle does not go on where the file has replaced a global: how the file itself ended counts nevertheless.
      said = textOf(error);
    }
  }
  if (!ended) return { passed: false, message: said };
  return verdictOf(file, first?.error);
}

/** @param {TestFile} file @param {unknown} error */
function verdictOf({ negative }, error) {
  if (negative !== undefined) {
    const name = error instanceof Error ? error.name : error === undefined ? "no error" : typeof error;
    return { passed: name === negative, message: `${name} in place of ${negative}` };
  }
  return { passed: error === undefined, message: textOf(error) };
}

/** @param {unknown} error */
function textOf(error) {
  try {
    if (typeof error === "object" && error !== null) return `${String(Reflect.get(error, "name") ?? error.constructor?.name)}: ${String(Reflect.get(error, "message"))}`;
    return String(error);
  } catch {
    return "an error that cannot be read";
  }
}

/** Plain JavaScript's order, once. @param {Exclude<Mode, "native">} order @returns {ExploreOptions} */
function optionsFor(order) {
  return { order, scope: "all", strategy: "fifo", runs: 1, leaks: "ignore", latencyMs: Number.POSITIVE_INFINITY, maxSteps: 1_000_000, shrinkMs: 0 };
}

/** @param {TestFile} file @param {boolean} isAlone @returns {Promise<void>} */
async function run(file, isAlone) {
  const { promise, done } = ending();
  const harness = harnessFor(folder, file);
  const host = hostObject();
  const print = () => undefined;
  if (!isAlone) {
    // `asyncTest` of the harness looks for it there.
    Reflect.set(globalThis, "$DONE", done);
    try {
      const code = `(function ($DONE, print, $262) {${file.isStrict ? '"use strict";' : ""}\n${harness}\n${readFileSync(file.path, "utf8")}\n})`;
      scriptOf(code, file).call(globalThis, done, print, host);
      await promise;
    } finally {
      Reflect.deleteProperty(globalThis, "$DONE");
    }
    return;
  }
  Object.assign(globalThis, { $DONE: done, print });
  Object.defineProperty(globalThis, "$262", { value: host, writable: true, configurable: true });
  runInThisContext(harness, { filename: "harness.js" });
  if (file.isModule) {
    runs += 1;
    await import(`${pathToFileURL(file.path).href}?run=${runs}`);
  } else {
    scriptOf(`${file.isStrict ? '"use strict";' : ""}${readFileSync(file.path, "utf8")}`, file);
  }
  await promise;
}

/** @param {string} code @param {TestFile} file */
function scriptOf(code, { path }) {
  return new Script(code, { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext();
}

function ending() {
  /** @type {(error?: unknown) => void} */
  let done = () => undefined;
  /** @type {Promise<void>} */
  const promise = new Promise((resolve, reject) => {
    done = (error) => (error ? reject(error) : resolve());
  });
  return { promise, done };
}

/** `$262` of INTERPRETING.md, as far as Node can give it. */
function hostObject() {
  return {
    global: globalThis,
    gc: () => undefined,
    evalScript: (/** @type {string} */ code) => runInThisContext(code),
    detachArrayBuffer: (/** @type {ArrayBuffer} */ buffer) => void structuredClone(buffer, { transfer: [buffer] }),
    createRealm: () => {
      const context = createContext({});
      return { global: runInContext("globalThis", context), evalScript: (/** @type {string} */ code) => runInContext(code, context) };
    },
  };
}
