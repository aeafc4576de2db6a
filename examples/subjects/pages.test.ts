/** What the pages show is what there is: `npm run subjects -- --pages` writes the reports anew, `npm run examples` tries the commands. */
import { readdirSync, readFileSync } from "node:fs";
import { explore } from "heddle";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { rows } from "./all.ts";

const versions: Readonly<Record<string, string>> = manifest.devDependencies;

describe.each(rows)("$folder", ({ folder, pairs }) => {
  const page = readFileSync(new URL(`${folder}/README.md`, import.meta.url), "utf8");
  const files = readdirSync(new URL(folder, import.meta.url)).filter((file) => file.endsWith(".ts") && file !== "pairs.ts");
  const sources = files.map((file) => ({ file, text: readFileSync(new URL(`${folder}/${file}`, import.meta.url), "utf8") }));

  test("begins with a developer's question, and tells of each pair", () => {
    expect(page).toMatch(/^# .+\n\n> .+\?/);
    const untold = sources.filter(({ file, text }) => /: Pair = /.test(text) && !page.includes(`(${file})`));
    expect(untold.map(({ file }) => file)).toEqual([]);
  });

  test("shows code that is in its files", () => {
    const shown = [...page.matchAll(/^```ts\n([^]*?)\n```$/gm)].map((match) => match[1]!);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((code) => !sources.some(({ text }) => text.includes(code)))).toEqual([]);
  });

  test("names all packages that its files import, in their versions", () => {
    const imported = sources.flatMap(({ text }) => [...text.matchAll(/^import (?!type).* from "([^."][^"]*)";$/gm)].map((match) => match[1]!));
    const packages = new Set(imported.filter((name) => !name.startsWith("node:") && name !== "heddle"));
    const named = /^npm i .*\bheddle (.*)$/m.exec(page)![1]!.split(" ");
    expect(named).toEqual(expect.arrayContaining([...packages].map((name) => `${name}@${versions[name]}`)));
  });

  const [{ unsafe, isSlow = false }] = pairs;

  test.skipIf(isSlow)("its seed replays the failure that it shows", async () => {
    const seed = /^replay: HEDDLE_SEED=(\w+) /m.exec(page)![1]!;
    const { failure } = await explore(unsafe, { seed, explain: false, shrinkMs: 1 });
    const shown = /^error in .*\n\n {2}(.*)$/m.exec(page)![1]!;
    expect(String(failure?.error)).toContain(shown.replace(/^\w+: /, ""));
    expect(failure!.seed).toBe(seed);
  });
});
