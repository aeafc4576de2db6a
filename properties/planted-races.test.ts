/** Programs with one race each, whose lines are known: the report names these lines, and nobody who took no part. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { explore, type Body } from "../src/index.ts";
import { count, law, lawSeed } from "./support/cases.ts";
import { plantedRaces, type PlantedRace } from "./support/planted-races.ts";

const folder = mkdtempSync(join(tmpdir(), "planted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly race: PlantedRace;
  readonly sentence: string;
  readonly isRight: boolean;
  readonly namesOthers: boolean;
}

async function tell(race: PlantedRace, number: number): Promise<Told> {
  const name = `race-${number}.mjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), race.source);
  const { default: body } = (await import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href)) as { readonly default: Body };
  const { failure } = await explore(body, { name: race.name, runs: 2000, corpus: false, shrinkMs: 60_000 });
  expect(failure, race.name).toBeDefined();
  // The sentence, and the places below it with their lines: what stands above the timeline and the figures.
  const head = failure!.toString().split(/^(?:only in the order |the nearest order |measured: |.*\(each row: )/mu)[0]!;
  const lines = [...head.matchAll(/race-\d+\.mjs:(\d+)/gu)].map(([, line]) => Number(line));
  return { race, sentence: failure!.sentence, isRight: race.lines.every((line) => lines.includes(line)), namesOthers: head.includes("noise") };
}

test("the lines of planted races are told, and no task beside them, in every spelling", law(600_000), async () => {
  const all = plantedRaces();
  expect(all.length).toBeGreaterThanOrEqual(60);
  const length = Math.min(all.length, count(20));
  const races = fc.sample(fc.shuffledSubarray([...all], { minLength: length, maxLength: length }), { ...lawSeed(), numRuns: 1 }).flat();
  const told: Told[] = [];
  for (const [number, race] of races.entries()) told.push(await tell(race, number));
  expect(told.filter(({ namesOthers }) => namesOthers).map(({ race, sentence }) => `${race.name}: ${sentence}`)).toEqual([]);
  const wrong = told.filter(({ isRight }) => !isRight).map(({ race, sentence }) => `${race.name}: ${sentence}`);
  expect(wrong.length / told.length, wrong.join("\n")).toBeLessThanOrEqual(0.05);
});

test("one defect has one sentence, with keys or without, with others beside it or not", async () => {
  const sentences = new Map<string, Set<string>>();
  for (const [number, race] of plantedRaces().entries()) {
    const [shape, , start] = race.name.split(", ") as [string, string, string];
    // Which of two alike tasks is the first differs, and so does nothing else.
    if (shape !== "use after close" && shape !== "dirty read" && shape !== "torn pair") continue;
    const { sentence } = await tell(race, number + 1000);
    const known = sentences.get(`${shape}, ${start}`) ?? new Set();
    sentences.set(`${shape}, ${start}`, known.add(sentence));
  }
  for (const [name, own] of sentences) expect([...own], name).toHaveLength(1);
}, 600_000);
