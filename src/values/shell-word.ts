import { isPrintableLine } from "./printable.ts";

/** What no shell takes for anything but itself. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * A text as one word of a command line for a POSIX shell. What a terminal would obey is written as octal numbers for
 * `printf`: the line can be printed, and pasted. (Line feeds at the very end are lost, as `$(…)` takes them off.)
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (isPrintableLine(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `"$(printf '${Array.from(text, printfText).join("")}')"`;
}

function printfText(character: string, index: number): string {
  if (character === "%") return "%%";
  if (character === "\\") return "\\\\";
  // A dash in front would make it an option.
  const isPlain = character !== "'" && !(index === 0 && character === "-") && isPrintableLine(character);
  if (isPlain) return character;
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
