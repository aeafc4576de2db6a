import { expect, test } from "vitest";
import { ProgressLines, progressLine } from "./progress.ts";
import { shareOut } from "../runners/limits.ts";

test("a progress line says how far it is, how fast, and what is left", () => {
  const progress = { runs: 12_000, totalRuns: 50_000, elapsedMs: 4_000 };
  expect(progressLine(progress, Number.POSITIVE_INFINITY)).toBe("heddle: 12,000 of 50,000 executions, 3,000/s, about 13 s left");
  expect(progressLine(progress, 10_000)).toBe("heddle: 12,000 of 50,000 executions, 3,000/s, about 6 s left");
  expect(progressLine({ runs: 5, totalRuns: 10, elapsedMs: 20_000 }, 1000)).toBe("heddle: 5 of 10 executions, 0.3/s, about 0 s left");
});

test("there is a line every ten seconds, and none for a short search", () => {
  const lines: string[] = [];
  const progress = new ProgressLines(Number.POSITIVE_INFINITY, (line) => lines.push(line));
  for (let elapsedMs = 100; elapsedMs < 35_000; elapsedMs += 100) progress.onProgress({ runs: elapsedMs, totalRuns: 100_000, elapsedMs });
  expect(lines.length).toBe(3);
  expect(progress.totalRuns).toBe(100_000);
});

test("a test's time limit is shared out among search, shrinking and what one execution may take", () => {
  expect(shareOut(5_000)).toEqual({ timeMs: 3_500, shrinkMs: 750 });
  expect(shareOut(120_000)).toEqual({ timeMs: 110_000, shrinkMs: 5_000 });
  expect(shareOut(0)).toEqual({});
  expect(shareOut(Number.POSITIVE_INFINITY)).toEqual({});
  for (const limitMs of [1, 10, 100, 1_000, 30_000, 31_000, 34_000, 600_000]) {
    const { timeMs, shrinkMs } = shareOut(limitMs) as Required<ReturnType<typeof shareOut>>;
    expect(timeMs).toBeGreaterThan(0);
    expect(shrinkMs).toBeGreaterThan(0);
    if (limitMs >= 10) expect(timeMs + shrinkMs).toBeLessThan(limitMs);
  }
});
