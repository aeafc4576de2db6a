import { control, subscribe } from "../../control.ts";
import { natives, nodeProcess } from "../../natives.ts";
import type { Patches } from "../../patches.ts";
import { standIn } from "../../stand-in.ts";
import { RealOperation, runningOperation } from "../operation.ts";
import { accessesOf, type FileAccess } from "./places.ts";
import { PromiseStep, stepFunction, type Binding } from "./steps.ts";

/*
 * Folders that are read entry by entry (`opendir`). Their handles are of a class that can only be had from one of them.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

interface OpenFolder {
  readonly path: string;
  closeSync(): void;
}

/** What Node calls the handle in an open folder. */
const HANDLE = "kDirHandle";

const pathsOf = new WeakMap<object, string>();

function handleOf(folder: object): object | undefined {
  const key = Object.getOwnPropertySymbols(folder).find(({ description }) => description === HANDLE);
  return key === undefined ? undefined : ((folder as Record<symbol, unknown>)[key] as object | undefined);
}

function accessesOfFolder(path: unknown): FileAccess[] {
  return accessesOf({ effects: [[0, "list"]] }, [path]);
}

/** A folder was opened: what is read through it is known to be its entries. */
function noteOpened(folder: unknown): unknown {
  const handle = handleOf(folder as object);
  if (handle !== undefined) pathsOf.set(handle, (folder as OpenFolder).path);
  return folder;
}

/** To open a folder is one step, which goes through nothing that can be replaced: so it is the function itself. */
function open(path: unknown, native: () => Promise<unknown>, above: Function): Promise<unknown> | undefined {
  const running = runningOperation();
  if (running === undefined && !control.inside) return undefined;
  const step = new PromiseStep("fs.opendir", () => accessesOfFolder(path), async () => noteOpened(await native()));
  if (running !== undefined) {
    if (!running.isLive) return undefined;
    running.ask(step);
    return step.promise;
  }
  const operation = new RealOperation("fs.opendir", above);
  operation.begin(() => operation.ask(step));
  return operation.follow(step.promise);
}

function openingPromise(native: AnyFunction): Function {
  const opening = standIn(native, (self, values, above) => {
    const call = (): Promise<unknown> => native.apply(self, values) as Promise<unknown>;
    return open(values[0], call, above) ?? call();
  });
  // It was made by `promisify`, and says that it is its own promised form.
  for (const key of Object.getOwnPropertySymbols(native)) {
    const descriptor = Object.getOwnPropertyDescriptor(native, key)!;
    Object.defineProperty(opening, key, descriptor.value === native ? { ...descriptor, value: opening } : descriptor);
  }
  return opening;
}

function openingCallback(native: AnyFunction): Function {
  return standIn(native, (self, values, above) => {
    const callback = values.at(-1);
    if (typeof callback !== "function") return native.apply(self, values);
    const call = (): Promise<unknown> =>
      new natives.Promise((resolve, reject) => {
        const told = (error: unknown, folder: unknown): void => (error === null || error === undefined ? resolve(folder) : reject(error));
        native.apply(self, [...values.slice(0, -1), told]);
      });
    const opened = open(values[0], call, above);
    if (opened === undefined) return native.apply(self, values);
    const tell = (...results: unknown[]): void => natives.nextTick!.call(nodeProcess, callback as () => void, ...results);
    subscribe(opened, (folder) => tell(null, folder), (error) => tell(error));
    return undefined;
  });
}

/** Replaces the functions that open folders, and the methods of what is opened. */
export function installFolders(patches: Patches, fs: Record<string, unknown>, promises: Record<string, unknown> | undefined, binding: Binding): void {
  patches.method(fs, "opendir", openingCallback(fs["opendir"] as AnyFunction));
  if (promises !== undefined) patches.method(promises, "opendir", openingPromise(promises["opendir"] as AnyFunction));
  const prototype = handlePrototype(fs);
  if (prototype === undefined) return;
  const effects = (self: unknown): FileAccess[] => {
    const path = pathsOf.get(self as object);
    return path === undefined ? [] : accessesOfFolder(path);
  };
  for (const name of ["read", "close"]) {
    const native = (prototype as Record<string, unknown>)[name] as AnyFunction;
    const label = name === "read" ? "readdir" : "closedir";
    patches.method(prototype, name, stepFunction({ name: label, accesses: name === "read" ? effects : () => [], isBig: () => false }, native, binding));
  }
}

function handlePrototype(fs: Record<string, unknown>): object | undefined {
  const { cwd } = nodeProcess;
  try {
    const folder = (fs["opendirSync"] as (path: string) => OpenFolder)(cwd!.call(nodeProcess));
    const handle = handleOf(folder);
    folder.closeSync();
    return handle === undefined ? undefined : (Object.getPrototypeOf(handle) as object);
  } catch {
    // The working folder is gone, or may not be read: what is read from open folders is not seen then.
    return undefined;
  }
}
