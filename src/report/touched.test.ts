import { expect, test } from "vitest";
import { timelineOf } from "./fixtures.test-helper.ts";
import type { Timeline, Touched } from "./timeline.ts";
import { withTouched } from "./touched.ts";

/** Two steps, of two tasks, and what each of them uses. */
function told(...touched: readonly (readonly Touched[])[]): string {
  const made = timelineOf(["one", "two"], touched.map((_one, task) => ({ task, at: `a.ts:${task + 1}` })));
  const shown: Timeline = { ...made, steps: made.steps.map((step, index) => ({ ...step, touched: touched[index]! })) };
  return withTouched(shown, { sentence: "one before two", places: [], steps: [0, 1] }).sentence;
}

const reads = (place: string, what: string = place): Touched => ({ place, what, isWrite: false });
const writes = (place: string, what: string = place): Touched => ({ place, what, isWrite: true });

test("what both use and one changes is told, by the last part of its path", () => {
  expect(told([writes("/shop/orders.json")], [reads("/shop/orders.json")])).toBe("one before two; both touched orders.json");
  expect(told([writes("C:\\shop\\a.txt"), writes("inode 1", "C:\\shop\\a.txt")], [reads("inode 1", "C:\\shop\\a.txt")])).toBe("one before two; both touched a.txt");
  expect(told([writes("PUT", "GET /menu")], [reads("PUT", "GET /menu")])).toBe("one before two; both touched GET /menu");
});

test("files of one name are told by their whole paths", () => {
  expect(told([writes("/a/log"), writes("/b/log")], [reads("/a/log"), reads("/b/log")])).toBe("one before two; both touched /a/log and /b/log");
});

test("nothing is told of what both only read, or one of them alone uses, or the sentence names already", () => {
  expect(told([reads("/a")], [reads("/a")])).toBe("one before two");
  expect(told([writes("/a")], [writes("/b")])).toBe("one before two");
  expect(told([writes("one")], [writes("one")])).toBe("one before two");
  expect(told([], [])).toBe("one before two");
});
