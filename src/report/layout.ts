/** Measuring, cutting, padding and wrapping of text in terminal cells. */
import { printableLine, withoutColours } from "../values/printable.ts";

const simple = /^[\u0020-\u007e…│●⋮◀─]*$/u;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const wide = /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]$/u;

/** One printable line, whatever was in the text: a value under test may hold newlines, colours and control characters. */
export function oneLine(text: string): string {
  const line = withoutColours(text)
    .replace(/\r\n|\n|\r/gu, " ⏎ ")
    .replace(/[\t ]+/gu, " ")
    .trim();
  return printableLine(line);
}

/** How many terminal cells a printable text takes. */
export function cells(text: string): number {
  if (simple.test(text)) return text.length;
  let total = 0;
  for (const point of text) total += pointCells(point);
  return total;
}

function pointCells(point: string): number {
  if (wide.test(point)) return 2;
  return zeroWidth.test(point) ? 0 : 1;
}

/** Cuts the end off a text that is wider than `width` cells, and says so with `…`. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  return width <= 0 ? "" : `${takeCells(text, width - 1)}…`;
}

/** Cuts the beginning off: of a path, the end tells more. */
export function cutStart(text: string, width: number): string {
  if (cells(text) <= width) return text;
  if (width <= 0) return "";
  return `…${takeCells([...text].reverse(), width - 1, true)}`;
}

/** Cuts the middle out, so that `transfer-1` and `transfer-2` stay two names. */
export function cutMiddle(text: string, width: number): string {
  if (cells(text) <= width) return text;
  if (width <= 0) return "";
  const tail = Math.floor((width - 1) / 2);
  return `${takeCells(text, width - 1 - tail)}…${takeCells([...text].reverse(), tail, true)}`;
}

function takeCells(points: Iterable<string>, width: number, reversed: boolean = false): string {
  const taken: string[] = [];
  let total = 0;
  for (const point of points) {
    total += pointCells(point);
    if (total > width) break;
    taken.push(point);
  }
  return (reversed ? taken.reverse() : taken).join("");
}

/** Fills a text with spaces up to `width` cells. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - cells(text)));
}

/** Breaks a text at spaces into lines of at most `width` cells; `hanging` indents all but the first. */
export function wrap(text: string, width: number, hanging: string = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((part) => part !== "")) {
    if (line.trim() !== "" && cells(line) + 1 + cells(word) > width) {
      lines.push(line);
      line = hanging;
    }
    const joined = line.trim() === "" ? line + word : `${line} ${word}`;
    line = cut(joined, width);
  }
  if (line.trim() !== "") lines.push(line);
  return lines;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? "";
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** `1 step`, `2 steps`, `10,000 steps`. */
export function count(total: number, noun: string): string {
  return `${grouped(total)} ${noun}${total === 1 ? "" : "s"}`;
}

/** Thousands set apart. Not `toLocaleString`: a report must read the same on every machine. */
export function grouped(total: number): string {
  return String(total).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}
