import { HeddleError } from "../engine/errors.ts";
import { natives } from "../host/natives.ts";
import { messageOf } from "../values/thrown.ts";
import type { Body } from "../subjects/body-context.ts";

/** Real ms that a module may take to load beyond the time of the exploration. */
const LOADING_MS = 10_000;

/**
 * The body that a module exports by default.
 * @param timeMs - real ms that the exploration has.
 * @throws HeddleError `BAD_OPTION` where it can't be loaded, or exports no function; `STUCK_WORKER` where its top level
 *   does not get done in time.
 */
export async function loadBody(module: URL, timeMs: number = Number.POSITIVE_INFINITY): Promise<Body> {
  let exported: { readonly default?: unknown };
  try {
    const loading = import(/* @vite-ignore */ module.href) as Promise<typeof exported>;
    exported = await (timeMs === Number.POSITIVE_INFINITY ? loading : inTime(loading, module, timeMs));
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const reason = messageOf(cause);
    throw new HeddleError(
      "BAD_OPTION",
      `the module of the body, ${module.href}, cannot be loaded: ${reason}. The runtime itself loads it, without a bundler: JavaScript, or TypeScript from Node 22.18 on`,
      { cause },
    );
  }
  if (typeof exported.default === "function") return exported.default as Body;
  throw new HeddleError("BAD_OPTION", `the module of the body, ${module.href}, has no function for its default export: export default async ({ spawn, io }) => { … }`);
}

function inTime<Result>(loading: Promise<Result>, module: URL, timeMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const tooLate = (): void =>
      reject(new HeddleError("STUCK_WORKER", `the module of the body, ${module.href}, was not loaded when the time was up (timeMs: ${timeMs}), nor for a while after: does it await at its top level something that never settles?`));
    // At most what a timer takes.
    const timer = natives.setTimeout.call(globalThis, tooLate, Math.min(timeMs + LOADING_MS, 2 ** 31 - 1));
    const done = (): void => natives.clearTimeout.call(globalThis, timer as never);
    loading.finally(done).then(resolve, reject);
  });
}
