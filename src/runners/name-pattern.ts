import { isPrintableLine } from "../values/printable.ts";
import { shellWord } from "../values/shell-word.ts";

/** What means something in a regular expression, and nothing to a shell, between double quotes. */
const OF_PATTERNS = /[*+?{}()|[\]]/;
/** What the shells, or a cmd file, would take for something else even there. */
const OF_SHELLS = /["$`\\!%^]/;

function patternOf(character: string): string {
  if (/[\r\n]/.test(character)) return "\\s";
  // A pattern counts UTF-16 units.
  if (OF_SHELLS.test(character) || !isPrintableLine(character)) return ".".repeat(character.length);
  return OF_PATTERNS.test(character) ? `\\${character}` : character;
}

/**
 * A pattern for a runner's option that takes one (`-t`, `-g`). It can stand between double quotes in any shell: what a
 * shell might take for its own becomes a dot, which matches it. Runners join the names by a blank, vitest 5 by ` > `:
 * `.+` matches both.
 */
export function namePattern(names: readonly string[]): string {
  const parts = names.map((name) => Array.from(name.trim(), patternOf).join(""));
  // A dash in front would make it an option.
  return parts.join(".+").replace(/^-/, ".");
}

/** The same for an option that knows one wildcard, `*`, and takes `!` in front for "all others". */
export function wildcardPattern(name: string): string {
  return Array.from(name, (character) => (character === "*" || OF_SHELLS.test(character) || !isPrintableLine(character) ? "*" : character)).join("").replace(/^-/, "*");
}

/** A file name as one word of a command line. */
export function quotedPath(path: string): string {
  if (/^[\w./@:+,=~-]+$/.test(path)) return path;
  const isPlainBetweenQuotes = isPrintableLine(path) && !/["$`\\!]/.test(path);
  return isPlainBetweenQuotes || process.platform === "win32" ? `"${path.replace(/["$`\\]/g, "\\$&")}"` : shellWord(path);
}
