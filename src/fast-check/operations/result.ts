import * as fc from "fast-check";
import { structureOf } from "../../histories/structure.ts";

/** What an operation came to: what it returned, or its error by name and message. */
export type Result = { readonly returned: unknown } | { readonly threw: string };

/** A text that two results share exactly if they are the same. */
export function keyOf(result: Result): string {
  return "threw" in result ? `threw ${result.threw}` : `returned ${structureOf(result.returned)}`;
}

export function showResult(result: Result): string {
  if ("threw" in result) return `throws ${result.threw}`;
  return result.returned === undefined ? "undefined" : fc.stringify(result.returned);
}
