import { activity } from "../activity.ts";
import { control } from "../control.ts";
import { settlesAtOnce } from "../loop.ts";
import { natives } from "../natives.ts";
import { fileTimesAfter, TIMED, type Afterwards } from "./files/file-times.ts";
import { installCompression } from "./compression.ts";
import { noteReach, type Reach } from "../outside/under-way.ts";
import { installFolders } from "./files/folders.ts";
import { captureFiles, hasFiles } from "./files/native-files.ts";
import { fileBinding, installSteps, type Binding } from "./files/steps.ts";
import { RealOperation } from "./operation.ts";
import type { Kind } from "./step.ts";
import { holderOf } from "../timers/clock.ts";
import { nameOf, noteRequest, requestOf } from "./sockets/http-names.ts";
import { installSockets } from "./sockets/sockets.ts";
import { hasListeners } from "./sockets/traffic.ts";
import { isCalledByRuntime, isCalledFrom } from "../stack.ts";
import type { Patches } from "../patches.ts";
import { standIn } from "../stand-in.ts";
import { installWorkers } from "./workers/workers.ts";

/*
 * Which functions begin real I/O. Each is let through, and its completion becomes an event. The tables name the
 * runtime's own interfaces; what is on none of them still works, but completes in an order that is the machine's.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

const FILE_PROMISES: readonly string[] = [
  "access", "appendFile", "chmod", "chown", "copyFile", "cp", "lchown", "link", "lstat", "lutimes", "mkdir", "mkdtemp",
  "open", "readdir", "readFile", "readlink", "realpath", "rename", "rm", "rmdir", "stat", "statfs", "symlink",
  "truncate", "unlink", "utimes", "writeFile",
];
const FILE_CALLBACKS: readonly string[] = [
  ...FILE_PROMISES, "close", "exists", "fchmod", "fchown", "fdatasync", "fstat", "fsync", "ftruncate", "futimes", "read",
  "readv", "write", "writev",
];
const HANDLE_PROMISES: readonly string[] = [
  "appendFile", "chmod", "chown", "close", "datasync", "read", "readFile", "readv", "stat", "sync", "truncate", "utimes",
  "write", "writeFile", "writev",
];
const DNS: readonly string[] = [
  "lookup", "lookupService", "resolve", "resolve4", "resolve6", "resolveAny", "resolveCaa", "resolveCname", "resolveMx",
  "resolveNaptr", "resolveNs", "resolvePtr", "resolveSoa", "resolveSrv", "resolveTlsa", "resolveTxt", "reverse",
];
const CRYPTO_CALLBACKS: readonly string[] = [
  "argon2", "checkPrime", "decapsulate", "diffieHellman", "encapsulate", "generateKey", "generateKeyPair", "generatePrime",
  "hkdf", "pbkdf2", "randomBytes", "randomFill", "randomInt", "scrypt", "sign", "verify",
];
const SUBTLE: readonly string[] = [
  "encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "deriveKey", "deriveBits", "importKey", "exportKey",
  "wrapKey", "unwrapKey",
];
const ZLIB: readonly string[] = [
  "deflate", "deflateRaw", "gzip", "gunzip", "inflate", "inflateRaw", "unzip", "brotliCompress", "brotliDecompress",
  "zstdCompress", "zstdDecompress",
];
const BODY: readonly string[] = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"];
/** What somebody answers. */
const REQUESTS: ReadonlySet<string> = new Set(["fetch", ...BODY.map((name) => `response.${name}`)]);
/** What the machine works out, however long it takes. */
const WORK = /^(?:crypto|zlib|WebAssembly)\./;
/** That of it which runs no code of the program's. */
const PURE = /^(?:crypto|zlib)\./;
const FILES = /^(?:fs|FileHandle)\./;
let hasSteps = false;

/** The answers of `fetch`, and their clones: what other responses consist of is the body's own. */
const fetched: WeakSet<object> = new WeakSet();

const noteFetched: Afterwards = (_self, _values, response) => {
  if (typeof response === "object" && response !== null) fetched.add(response);
  return response;
};

const noteClone: Afterwards = (self, values, clone) => (fetched.has(self as object) ? noteFetched(self, values, clone) : clone);

function kindOf(name: string): Kind {
  const isStepwise = hasSteps && FILES.test(name);
  return { isRequest: REQUESTS.has(name), isCertain: WORK.test(name), isPure: PURE.test(name), isStepwise };
}

function promiseFunction(name: string, native: AnyFunction, afterwards?: Afterwards): Function {
  const kind = kindOf(name);
  const isBody = name.startsWith("response.");
  return standIn(native, (self, values, above) => {
    // What is read of a response that the body has made itself is the body's own.
    if (isBody && !fetched.has(self as object)) return native.apply(self, values);
    activity.io += 1;
    if (!control.inside || (mayBeForeign(name) && isCalledByRuntime(above))) return native.apply(self, values);
    const request = name === "fetch" && control.namesTouched ? requestOf(values) : undefined;
    const operation = new RealOperation(name, above, kind, control.recorder === undefined || request === undefined ? name : nameOf(request));
    // What the body itself serves is noted where that is asked.
    if (request !== undefined && !hasListeners()) noteRequest(request.origin, request);
    const result = operation.begin(() => native.apply(self, values));
    if (!isPromise(result)) {
      operation.forget();
      return result;
    }
    const watched = afterwards === undefined ? result : control.outside(() => natives.then.call(result, (value: unknown) => afterwards(self, values, value)));
    const ordered = operation.follow(watched);
    // `promisify(execFile)` gives the process as a property of its promise.
    return Object.defineProperties(ordered, Object.getOwnPropertyDescriptors(result));
  });
}

/** In a `vm` context (vitest's vm pools) the runtime's own functions answer with promises of another realm. */
function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof natives.Promise || Object.prototype.toString.call(value) === "[object Promise]";
}

/**
 * Whether a call may be the runtime's own business: what it does once, when something of its own is first used; and
 * where settling is not done at once, whatever its own JavaScript does meanwhile.
 */
function mayBeForeign(name: string): boolean {
  return name.startsWith("WebAssembly.") || !settlesAtOnce();
}

function callbackFunction(name: string, native: AnyFunction, afterwards?: Afterwards): Function {
  const kind = kindOf(name);
  return standIn(native, (self, values, above) => {
    const callback = values.at(-1);
    activity.io += 1;
    if (!control.inside || typeof callback !== "function") return native.apply(self, values);
    if (mayBeForeign(name) && isCalledByRuntime(above)) return native.apply(self, values);
    // `realpath` asks for each folder of a path, in a tick: parts of one operation, and none of them ends before it.
    if (isCalledFrom(above, "node:fs")) return native.apply(self, values);
    const operation = new RealOperation(name, above, kind);
    const ordered = operation.callback(callback as AnyFunction);
    const last = afterwards === undefined ? ordered : withAfterwards(ordered, (result) => afterwards(self, values, result));
    return operation.begin(() => native.apply(self, [...values.slice(0, -1), last]));
  });
}

/** A callback that is told what `afterwards` made of the result. */
function withAfterwards(callback: AnyFunction, afterwards: (result: unknown) => unknown): AnyFunction {
  return function (this: unknown, ...results: unknown[]): unknown {
    const isFailed = results[0] !== null && results[0] !== undefined;
    // As many as there were: who is called with none more than an error may count them.
    if (isFailed) return callback.apply(this, results);
    const result = afterwards(results[1]);
    return callback.apply(this, results.length < 2 ? results : [results[0], result, ...results.slice(2)]);
  };
}

/** Works at once, so there is nothing to order; but what came of it is noted. */
function synchronousFunction(native: AnyFunction, afterwards: Afterwards): Function {
  return standIn(native, (self, values) => {
    const result = native.apply(self, values);
    return control.inside ? afterwards(self, values, result) : result;
  });
}

/** Events of these come when the machine sends them: the verdict says so. */
function uncontrolledFunction(name: string, reach: Reach, native: AnyFunction): Function {
  return standIn(native, (self, values) => {
    if (control.inside || control.waiting) noteReach(reach, name);
    return native.apply(self, values);
  });
}

class Installer {
  private readonly patches: Patches;

  constructor(patches: Patches) {
    this.patches = patches;
  }

  promises(holder: object | undefined, prefix: string, keys: readonly string[], after?: (key: string) => Afterwards | undefined): void {
    this.each(holder, prefix, keys, (key, native) => promiseFunction(prefix + key, native, after?.(key)));
  }

  callbacks(holder: object | undefined, prefix: string, keys: readonly string[], after?: (key: string) => Afterwards | undefined): void {
    this.each(holder, prefix, keys, (key, native) => callbackFunction(prefix + key, native, after?.(key)));
  }

  synchronous(holder: object | undefined, key: string, afterwards: Afterwards): void {
    this.each(holder, "", [key], (_key, native) => synchronousFunction(native, afterwards));
  }

  uncontrolled(holder: object | undefined, keys: readonly string[], name: string, reach: Reach): void {
    this.each(holder, "", keys, (_key, native) => uncontrolledFunction(name, reach, native));
  }

  steps(fs: Record<string, unknown>, promises: Record<string, unknown> | undefined, binding: Binding): void {
    installSteps(this.patches, fs, binding);
    installFolders(this.patches, fs, promises, binding);
  }

  private each(holder: object | undefined, prefix: string, keys: readonly string[], make: (key: string, native: AnyFunction) => Function): void {
    if (holder === undefined) return;
    for (const key of keys) {
      const native: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
      if (typeof native !== "function") continue;
      const replacement = make(key, native as AnyFunction);
      copyExtras(native, replacement, prefix + key);
      this.patches.method(holder, key, replacement);
    }
  }
}

/** What `util.promisify` gives for a function that says so itself (`exec`, `execFile`, `exists`): it goes its own way. */
const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

function copyExtras(native: Function, replacement: Function, name: string): void {
  for (const key of Reflect.ownKeys(native)) {
    if (key === "length" || key === "name" || key === "prototype") continue;
    const descriptor = Object.getOwnPropertyDescriptor(native, key)!;
    const isPromised = key === PROMISIFIED && typeof descriptor.value === "function";
    const value: unknown = isPromised ? promiseFunction(name, descriptor.value as AnyFunction) : descriptor.value;
    Object.defineProperty(replacement, key, "value" in descriptor ? { ...descriptor, value } : descriptor);
  }
}

function installFiles(install: Installer, builtin: (name: string) => Record<string, unknown> | undefined): void {
  const fs = builtin("node:fs");
  captureFiles(fs, builtin("node:path"));
  const binding = fileBinding();
  if (fs !== undefined && hasFiles() && binding !== undefined) {
    hasSteps = true;
    install.steps(fs, builtin("node:fs/promises"), binding);
  }
  let hasHandleClass = false;
  const onOpen: Afterwards = (self, values, handle) => {
    if (!hasHandleClass && typeof handle === "object" && handle !== null) {
      hasHandleClass = true;
      install.promises(holderOf(handle, "readFile"), "FileHandle.", HANDLE_PROMISES, fileTimesAfter);
    }
    return fileTimesAfter("open")?.(self, values, handle);
  };
  install.promises(builtin("node:fs/promises"), "fs.", FILE_PROMISES, (key) => (key === "open" ? onOpen : fileTimesAfter(key)));
  install.callbacks(fs, "fs.", FILE_CALLBACKS, fileTimesAfter);
  for (const name of TIMED) install.synchronous(fs, `${name}Sync`, fileTimesAfter(name)!);
}

/** @param builtin - loads a module of the runtime, where there is one of that name. */
export function installOperations(patches: Patches, builtin: (name: string) => Record<string, unknown> | undefined): void {
  const install = new Installer(patches);
  installFiles(install, builtin);
  install.callbacks(builtin("node:dns"), "dns.", DNS);
  install.promises(builtin("node:dns/promises"), "dns.", DNS);
  install.callbacks(builtin("node:crypto"), "crypto.", CRYPTO_CALLBACKS);
  install.callbacks(builtin("node:zlib"), "zlib.", ZLIB);
  installCompression(patches, builtin("node:zlib"));
  install.callbacks(builtin("node:child_process"), "child_process.", ["exec", "execFile"]);
  installSockets(patches, builtin("node:net"));
  installWorkers(patches, builtin("node:worker_threads"));
  install.uncontrolled(builtin("node:child_process"), ["spawn", "fork"], "events of child processes", "beside");
  install.uncontrolled(prototypeOf(builtin("node:dgram"), "Socket"), ["bind", "connect", "send"], "events of UDP sockets", "beside");
  install.uncontrolled(builtin("node:fs"), ["watch", "watchFile"], "events of fs.watch", "beside");
  install.uncontrolled(builtin("node:fs/promises"), ["watch"], "events of fs.watch", "beside");
  install.promises(globalThis, "", ["fetch"], () => noteFetched);
  install.promises(globalThis.WebAssembly, "WebAssembly.", ["compile", "instantiate"]);
  install.promises(prototypeOf(globalThis, "Response"), "response.", BODY);
  install.synchronous(prototypeOf(globalThis, "Response"), "clone", noteClone);
  install.promises(prototypeOf(globalThis, "SubtleCrypto"), "crypto.subtle.", SUBTLE);
}

function prototypeOf(holder: object | undefined, name: string): object | undefined {
  const constructor = (holder as Record<string, { prototype?: object } | undefined> | undefined)?.[name];
  return constructor?.prototype;
}
