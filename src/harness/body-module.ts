import { HeddleError } from "../engine/errors.ts";
import { messageOf } from "../values/thrown.ts";
import type { Body } from "../subjects/context.ts";

/**
 * The body that a module exports by default.
 * @throws HeddleError `BAD_OPTION` where it can't be loaded, or exports no function.
 */
export async function loadBody(module: URL): Promise<Body> {
  let exported: { readonly default?: unknown };
  try {
    exported = (await import(/* @vite-ignore */ module.href)) as typeof exported;
  } catch (cause) {
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
