import { shellWord } from "../values/shell-word.ts";

/** Those options of a command line, with their values, that a command needs again: ` --config other.js`, or nothing. */
export function keptOptions(values: readonly string[], names: readonly string[]): string {
  const kept: string[] = [];
  for (const [index, value] of values.entries()) {
    const [name, own] = value.split("=", 2);
    if (!names.includes(name!)) continue;
    kept.push(value);
    if (own === undefined && values[index + 1] !== undefined) kept.push(values[index + 1]!);
  }
  return kept.map((value) => ` ${shellWord(value)}`).join("");
}
