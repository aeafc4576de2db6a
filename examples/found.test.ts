/** The pages of found races: all in the index, each with what it takes to see the race again. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeSeed } from "../src/engine/seed.ts";

const folder = new URL("./found/", import.meta.url);
const pages = readdirSync(folder).filter((file) => file !== "README.md");

test("the index has every page, and nothing else", () => {
  const index = readFileSync(new URL("README.md", folder), "utf8");
  const linked = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map((match) => match[1]);
  expect(linked.toSorted()).toEqual(pages.toSorted());
  expect(pages.length).toBeGreaterThan(0);
});

test.each(pages)("%s has a program, a report of production with a seed that can be read, and a way without heddle", (file) => {
  const page = readFileSync(new URL(file, folder), "utf8");
  const seeds = [...page.matchAll(/^replay: HEDDLE_SEED=(\S+) node race\.mjs$/gm)].map((match) => match[1]!);
  expect(seeds).toHaveLength(1);
  expect(decodeSeed(seeds[0]!).order).toBe("production");
  expect(page).toMatch(/^\/\/ race\.mjs: npm i heddle \S+@\d/m);
  expect(page).toMatch(/^\/\/ native\.mjs: npm i \S+@\d/m);
  expect(page).toMatch(/^can happen in production as it stands/m);
  expect(page).toContain("reproduced 5 of 5");
  // A page is read on other machines than the one it was written on.
  expect(page).not.toMatch(/(?:^|[\s"'(])\/(?:tmp|home|root|work|Users)\//m);
});
