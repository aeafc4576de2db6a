/**
 * Texts that heddle did not write (an error's message, a test's name, a file's name, an option, a seed) on their way to a
 * terminal. Every text passes through here before it is printed, or becomes the message of an error.
 */

/**
 * Characters that are not shown but obeyed: control characters (C0, DEL, C1), line and paragraph separators, marks that
 * reorder what stands beside them (Unicode's bidirectional controls), characters without width that make two different
 * texts look alike, and lone surrogates. The joiners U+200C and U+200D are left: scripts and emoji are written with them.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** The same, but for line feeds and tabs. */
const UNPRINTABLE_IN_LINES = new RegExp(`(?![\\n\\t])${UNPRINTABLE.source}`, "gu");

/** SGR, the sequences that set colours; not 8, which hides text. */
const COLOUR = String.raw`\u001b\[(?:(?:[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}|0?[0-79]|[1-9]\d|10[0-7])?(?:;|(?=m))){0,8}m`;
const COLOURS = new RegExp(COLOUR, "gu");
const COLOURS_KEPT = new RegExp(`(${COLOUR})`, "u");
/** No colour, or not this one any more. */
const ENDS_COLOUR = /\[(?:0|2[2-9]|39|49)?m$/u;

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** A text in which nothing but line feeds and tabs is obeyed by a terminal: the rest is written as `\u{9b}`. */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(UNPRINTABLE_IN_LINES, escape);
}

/** The same as one line: line feeds and tabs are escaped too. */
export function printableLine(text: string): string {
  return text.replace(UNPRINTABLE, escape);
}

/** The same with the text's own colours left in it, for a terminal that shows them. They end where the text ends. */
export function printableInColour(text: string): string {
  const parts = text.split(COLOURS_KEPT);
  if (parts.length === 1) return printable(text);
  const shown = parts.map((part, index) => (index % 2 === 1 ? part : printable(part))).join("");
  return ENDS_COLOUR.test(parts.at(-2)!) ? shown : `${shown}\u001b[0m`;
}

/** Takes the sequences out that set colours, and leaves everything else. */
export function withoutColours(text: string): string {
  return text.replace(COLOURS, "");
}

/** Whether a text has characters that a terminal would obey, line feeds and tabs among them. */
export function isPrintableLine(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

/** Cuts a text to `most` UTF-16 units, never through a surrogate pair, and says how much was left out. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
  return `${head}… (${text.length - head.length} more characters)`;
}
