import { control } from "../control.ts";
import type { Patches } from "../patches.ts";
import { standIn } from "../stand-in.ts";
import { RealOperation } from "./operation.ts";
import type { Kind } from "./step.ts";

/*
 * Streams that compress: a thread of the runtime's works on each chunk, and its answer goes to a function that the stream gave
 * its handle when it was made. So one chunk is one operation, and the answer is its completion.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

const CHUNK: Kind = { isRequest: false, isCertain: true, isPure: true, isStepwise: false };

/** One class for each kind of handle. */
const STREAMS: readonly string[] = ["Deflate", "BrotliCompress", "BrotliDecompress", "ZstdCompress", "ZstdDecompress"];

/** What the handles do, by the prototype that it is on; looked up once, as a stream has to be made for it. */
let prototypes: ReadonlySet<object> | undefined;

/** The chunk that a handle works on. Only those are in it whose answers are heard. */
const working: WeakMap<object, RealOperation | undefined> = new WeakMap();

function prototypesOf(zlib: Record<string, unknown>): ReadonlySet<object> {
  const found = new Set<object>();
  for (const name of STREAMS) {
    const Stream = zlib[name];
    if (typeof Stream !== "function") continue;
    const handle = (new (Stream as new () => { readonly _handle?: unknown })())._handle;
    if (typeof handle === "object" && handle !== null) found.add(Object.getPrototypeOf(handle) as object);
  }
  return found;
}

/** The stream tells its handle whom to call. */
function initialising(native: AnyFunction): Function {
  return standIn(native, (self, values) => {
    const handle = self as object;
    const heard = values.map((value) => {
      if (typeof value !== "function") return value;
      working.set(handle, undefined);
      return function (this: unknown, ...answer: unknown[]): unknown {
        const operation = working.get(handle);
        working.set(handle, undefined);
        const tell = (): unknown => (value as AnyFunction).apply(this, answer);
        return operation === undefined ? tell() : operation.arrive(() => void tell());
      };
    });
    return native.apply(self, heard);
  });
}

function writing(native: AnyFunction): Function {
  return standIn(native, (self, values, above) => {
    const handle = self as object;
    if (!control.inside || !working.has(handle)) return native.apply(self, values);
    const operation = new RealOperation("zlib.write", above, CHUNK);
    working.set(handle, operation);
    return operation.begin(() => native.apply(self, values));
  });
}

/** @param zlib - the module `node:zlib`, where there is one. */
export function installCompression(patches: Patches, zlib: Record<string, unknown> | undefined): void {
  if (zlib === undefined) return;
  prototypes ??= prototypesOf(zlib);
  for (const prototype of prototypes) {
    const { init, write } = prototype as Record<string, AnyFunction | undefined>;
    if (init === undefined || write === undefined) continue;
    patches.method(prototype, "init", initialising(init));
    patches.method(prototype, "write", writing(write));
  }
}
