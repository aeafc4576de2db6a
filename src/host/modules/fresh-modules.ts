/**
 * Modules of an execution's own: what it imports by `t.import` is loaded anew for it, with what that imports in turn.
 */
import { HeddleError } from "../../engine/errors.ts";
import { RealOperation } from "../io/operation.ts";
import { callerFile } from "../stack.ts";
import { endCommonJs, importByNode } from "./node-modules.ts";

/**
 * Loads a module for one execution.
 * @param parent - the path or the address of the file that asks for it.
 * @param instance - the number of the execution: all that it imports belongs together.
 */
export type FreshImporter = (specifier: string, parent: string, instance: number) => Promise<unknown>;

let importer: FreshImporter = importByNode;
let instance = 0;

/** A runner that has a module loader of its own says how it loads. */
export function importFreshBy(one: FreshImporter): void {
  importer = one;
}

/** An execution begins. */
export function beginModules(): void {
  instance += 1;
}

/** An execution is over. */
export function endModules(): void {
  endCommonJs();
}

/** Work of the machine's: it is waited for however long it takes. */
const LOADING = { isRequest: false, isCertain: true, isStepwise: false };

/**
 * The exports of the execution's own instance of a module.
 * @param above - the function that the body called: the specifier is read from the file that called it.
 * @throws HeddleError `BAD_SUBJECT`, `UNSUPPORTED`; whatever the module throws.
 */
export function freshImport(specifier: unknown, above: Function): Promise<unknown> {
  if (typeof specifier !== "string" && !(specifier instanceof URL)) throw new HeddleError("BAD_SUBJECT", 'import(specifier) takes what an import takes: const { Client } = await t.import("./client.ts")');
  const parent = callerFile(above);
  if (parent === undefined) throw new HeddleError("BAD_SUBJECT", `import("${String(specifier)}") was called from no file of yours that is known: give it the module's address, new URL("./client.js", import.meta.url)`);
  const operation = new RealOperation("import", above, LOADING);
  return operation.follow(operation.begin(() => importer(String(specifier), parent, instance)) as Promise<unknown>);
}
