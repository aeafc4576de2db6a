import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { cells, count, cut, cutMiddle, cutStart, list, oneLine, pad, wrap } from "./layout.ts";

test("one printable line out of anything", () => {
  expect(oneLine("a\n  b\tc")).toBe("a ⏎ b c");
  expect(oneLine("\u001b[31mred\u001b[0m \u001b]0;title\u0007")).toBe("red \\u{1b}]0;title\\u{7}");
  expect(oneLine("bell\u0007 rtl\u202e lone\ud800")).toBe("bell\\u{7} rtl\\u{202e} lone\\u{d800}");
});

test("widths are of cells, not of characters", () => {
  expect(cells("abc")).toBe(3);
  expect(cells("漢字")).toBe(4);
  expect(cells("🧵")).toBe(2);
  expect(cells("e\u0301")).toBe(1);
});

test("three ways to cut", () => {
  expect(cut("transfer", 5)).toBe("tran…");
  expect(cutStart("src/wallet.ts:12:5", 10)).toBe("…t.ts:12:5");
  expect(cutMiddle("transfer-1", 7)).toBe("tra…r-1");
});

test("lists and counts", () => {
  expect([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
  expect([count(1, "step"), count(1234567, "step")]).toEqual(["1 step", "1,234,567 steps"]);
});

test("wrapping hangs", () => {
  expect(wrap("one two three", 8, "  ")).toEqual(["one two", "  three"]);
});

test("no cut and no wrap is wider than asked for", law(), () => {
  const text = fc.string({ unit: "grapheme", maxLength: 80 }).map(oneLine);
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 50 }), (value, width) => {
      for (const shorten of [cut, cutStart, cutMiddle]) expect(cells(shorten(value, width))).toBeLessThanOrEqual(width);
      if (width > 4) for (const line of wrap(value, width, "  ")) expect(cells(line)).toBeLessThanOrEqual(width);
      expect(cells(pad(value, width))).toBe(Math.max(width, cells(value)));
    }),
    cases(),
  );
});

test("lines become one, with one space between, however many were empty", () => {
  expect(oneLine("\n\n")).toBe("⏎ ⏎");
  expect(oneLine("one \r\n\t two\n\n\nthree\r")).toBe("one ⏎ two ⏎ ⏎ ⏎ three ⏎");
});

test("what is one line once stays as it is, and holds no control character", law(), () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const line = oneLine(value);
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(oneLine(line)).toBe(line);
    }),
    cases(),
  );
});
