import { expect, test } from "vitest";
import { palette, wantsColour } from "./colour.ts";

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ CI: "true" }, true, false],
  [{ CI: "true", FORCE_COLOR: "3" }, false, true],
  [{ TERM: "dumb" }, true, false],
])("%j on a terminal: %s -> %s", (env, isTTY, wanted) => {
  expect(wantsColour(env, isTTY)).toBe(wanted);
});

test("styles wrap and end, and are nothing where colour is off", () => {
  expect(palette(true).red("x")).toBe("\u001b[31mx\u001b[39m");
  expect(palette(true).red("")).toBe("");
  expect(palette(false).red("x")).toBe("x");
});
