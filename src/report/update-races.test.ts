import { expect, test } from "vitest";
import { timelineOf } from "./fixtures.test-helper.ts";
import type { Timeline } from "./timeline.ts";
import { updateRaces } from "./update-races.ts";

/** Requests, `a reads`, `b writes`, each of one file. */
function sentences(...requests: readonly string[]): readonly string[] {
  const words = requests.map((text) => text.split(" ") as [string, string, string?]);
  const made = timelineOf(["a", "b"], words.map(([task], index) => ({ task: task === "a" ? 0 : 1, at: `x.ts:${index + 1}` })));
  const steps = made.steps.map((step, index) => {
    const [, did, what = "/shop/n"] = words[index]!;
    return { ...step, kind: "request" as const, label: `fs.${did.replace(/s$/u, "")}`, touched: [{ place: what, what, isWrite: did === "writes" }] };
  });
  const shown: Timeline = { ...made, steps };
  return updateRaces(shown).map(({ sentence, places }) => `${sentence}; ${places.map((place) => `${place.what} at ${place.site?.line}`).join(", ")}`);
}

test("two that read a file before either wrote it have lost an update", () => {
  const told = "lost update: a and b both read n before either wrote it; b read n at 2, a wrote n at 3";
  expect(sentences("a reads", "b reads", "a writes", "b writes")).toEqual([told]);
  // Read in parts, and whichever writes last.
  expect(sentences("a reads", "b reads", "b writes", "a reads", "a writes")).toEqual(["lost update: a and b both read n before either wrote it; a read n at 1, b wrote n at 3"]);
});

test("two that took turns have lost none, nor those of two files, nor who has read nothing, nor one that only opened it", () => {
  expect(sentences("a reads", "a writes", "b reads", "b writes", "a reads", "a writes")).toEqual([]);
  expect(sentences("a reads", "b reads /m", "a writes", "b writes /m")).toEqual([]);
  expect(sentences("a reads", "b writes", "a writes", "b writes")).toEqual([]);
  expect(sentences("a open", "b open", "a writes", "b writes")).toEqual([]);
});
