import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { cutText, isPrintableLine, printable, printableInColour, printableLine, withoutColours } from "./printable.ts";
import { printableCopy } from "./printable-copy.ts";
import { shellWord } from "./shell-word.ts";
import { terminalText } from "./arbitraries.test-helper.ts";

/** Written out here: what a terminal obeys, or what makes a text look like another. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/u;

test.each([
  ["a\u001b[2Jb", "a\\u{1b}[2Jb"],
  ["a\u009b2Jb\u007f", "a\\u{9b}2Jb\\u{7f}"],
  ["a\u202eb\u2066c\u2028d", "a\\u{202e}b\\u{2066}c\\u{2028}d"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["over\rwritten\b", "over\\u{d}written\\u{8}"],
  ["lone\ud800", "lone\\u{d800}"],
  ["hidden\u{e0041}", "hidden\\u{e0041}"],
  ["two\r\nlines\tand a tab", "two\nlines\tand a tab"],
  ["ümläut 漢字 👩‍👩‍👧 \u0645\u06cc\u200c\u062e", "ümläut 漢字 👩‍👩‍👧 \u0645\u06cc\u200c\u062e"],
])("%j is printed as %j", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("nothing is obeyed of any text, and what is printable stays as it is", law(), () => {
  fc.assert(
    fc.property(terminalText, (text) => {
      for (const shown of [printable(text), printableLine(text), printable(withoutColours(text))]) {
        expect(shown).not.toMatch(OBEYED);
        expect(printable(shown)).toBe(shown);
      }
      expect(isPrintableLine(printableLine(text))).toBe(true);
    }),
    cases(),
  );
});

test("colours are left where they are wanted, end with the text, and hide nothing", law(), () => {
  expect(printableInColour("\u001b[31mred\u001b[39m")).toBe("\u001b[31mred\u001b[39m");
  expect(printableInColour("\u001b[1;38;5;8mred")).toBe("\u001b[1;38;5;8mred\u001b[0m");
  expect(printableInColour("\u001b[8mhidden\u001b[31;8m")).toBe("\\u{1b}[8mhidden\\u{1b}[31;8m");
  expect(withoutColours("\u001b[31mred\u001b[m \u001b[2J")).toBe("red \u001b[2J");
  fc.assert(
    fc.property(terminalText, (text) => {
      expect(withoutColours(printableInColour(text))).not.toMatch(OBEYED);
    }),
    cases(),
  );
});

test("a long text is cut, and says so", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("a🧵bc", 2)).toBe("a… (4 more characters)");
});

test("a word can be pasted into a shell, whatever it is, and is one printable line", () => {
  const words = ["plain", "", "it's $HOME `x` \"y\" \\z !", "a\u001b[2J\u009b%s\\n'", "line\nfeed\u202e\u2028.", "-x\r\t*"];
  for (const word of words) {
    const quoted = shellWord(word);
    expect(isPrintableLine(quoted)).toBe(true);
    expect(execFileSync("sh", ["-c", `printf %s ${quoted}`], { encoding: "utf8" })).toBe(word);
  }
});

test("what others print is copied only where it is not fit for that", () => {
  const fit = { list: [1, "a\nb", { map: new Map() }], self: undefined as unknown };
  fit.self = fit;
  expect(printableCopy(fit)).toBe(fit);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const odd = { text: "a\u001b[2J\r", list: ["\u202e"], "\u009b": 1, proxy, kept: fit };
  expect(printableCopy(odd)).toEqual({ text: "a\\u{1b}[2J\\u{d}", list: ["\\u{202e}"], "\\u{9b}": 1, proxy: "(unreadable)", kept: fit });
  const throwing = Object.defineProperty({}, "x", { enumerable: true, get: () => { throw new Error("no"); } });
  expect(printableCopy([throwing])).toEqual(["{ x: (getter) }"]);
});
