import { textsOf } from "./call-texts.ts";

/** The one text of SQL that a call was given, if there is one. */
export function sqlOf(values: readonly unknown[]): string | undefined {
  const texts = textsOf(values);
  return texts?.length === 1 ? texts[0] : undefined;
}

/** Whether a client has answered with a statement that is still to be carried out, and not with its result. */
export function isPreparedStatement(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return ["run", "all", "get", "execute"].some((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
