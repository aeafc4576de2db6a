import { expect, test } from "vitest";
import { FileTime } from "./file-time.ts";

test("a file's tests are put off once they have overrun their times by more than a twentieth of what is left, however many they are", () => {
  const time = new FileTime(200_000);
  for (let count = 0; count < 100; count += 1) time.note(1000, 1000);
  expect(time.isSpent).toBe(false);
  time.note(7000, 1000);
  expect([time.isSpent, time.isSpentBy(5000, 1000), time.isSpentBy(5001, 1000)]).toEqual([false, false, true]);
  time.note(5001, 1000);
  expect(time.isSpent).toBe(true);
});

test("and by 10 s where little is left", () => {
  const time = new FileTime(1000);
  time.note(11_000, 1000);
  expect(time.isSpent).toBe(false);
  time.note(1001, 1000);
  expect(time.isSpent).toBe(true);
});
