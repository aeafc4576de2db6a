import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Row } from "../../../examples/subjects/pair.ts";
import { exploreUnsafe } from "./check.ts";
import { entries } from "./entry.ts";
import { commandOf, isPackage, withVersion } from "./part.ts";

/** In the sources, whence this file was compiled. */
const EXAMPLES = new URL("../../../../../examples/subjects/", import.meta.url);

/** Nothing that a page shows is left out because of the time it takes. */
const SHRINK_MS = 300_000;

/** What runs TypeScript where Node does not. */
const TSX = "tsx@4.23.15";

/**
 * Writes into the page of a row the report of its first pair, and which packages its files need. Everything else on it is
 * written by people.
 *
 * @returns the page's path.
 */
export async function writePage({ folder, pairs }: Row): Promise<string> {
  const path = fileURLToPath(new URL(`${folder}/README.md`, EXAMPLES));
  const [{ name }] = pairs;
  const { failure } = await exploreUnsafe(entries.find(({ subject }) => subject === name)!, SHRINK_MS);
  if (failure === undefined) throw new Error(`${name}: no failure was found`);
  const page = readFileSync(path, "utf8");
  const packages = [...new Set(pairs.flatMap(({ parts }) => parts))].filter(isPackage).map(withVersion);
  const parts: readonly (readonly [what: RegExp, text: string])[] = [
    [/(?<=^`)npm run subjects -- --only [^`]*(?=` prints:$)/m, commandOf(name).replace("npm run -s", "npm run")],
    [/(?<= prints:\n\n```\n)[^]*?(?=\n```$)/m, shortened(failure.toString())],
    [/(?<=^npm i (?:--\S+ )*)heddle .*$/m, ["heddle", TSX, ...packages.toSorted()].join(" ")],
    [/^npx tsx run\.ts .*$/m, `npx tsx run.ts ${folder} ${JSON.stringify(name)}`],
  ];
  for (const [what] of parts) if (!what.test(page)) throw new Error(`${path} has no place for ${what}`);
  writeFileSync(path, parts.reduce((text, [what, next]) => text.replace(what, () => next), page));
  return path;
}

/** A page has the first rows of a timeline. */
const ROWS = 18;

function shortened(report: string): string {
  const lines = report.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line.includes("(each row: ")) + 1;
  const more = lines.indexOf("", first) - first - ROWS;
  if (more > 1) lines.splice(first + ROWS, more, `… ${more} more rows`);
  return lines.join("\n");
}
