/** The shape of the house, as ARCHITECTURE.md has it: kept by a test, so that the page stays true. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));
const properties = fileURLToPath(new URL(".", import.meta.url));

/** Which rooms a room may import from (itself always). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  values: [],
  engine: ["values"],
  histories: ["engine/errors.ts", "values"],
  strategies: ["engine"],
  explain: ["engine"],
  host: ["engine", "values", "report/timeline.ts"],
  report: ["engine", "histories", "values"],
  page: ["report/formats/document.ts", "report/timeline.ts"],
  subjects: ["engine", "host", "values"],
  corpus: ["engine", "host", "values"],
  runners: ["host", "values"],
  browser: [],
  adapters: ["harness", "host", "subjects"],
  harness: ["corpus", "engine", "explain", "host", "report", "runners", "strategies", "subjects", "values"],
  "fast-check": ["corpus", "engine", "harness", "histories", "host", "report", "subjects", "values", "index.ts"],
  vitest: ["corpus", "engine", "fast-check", "harness", "host", "report/formats", "report/order-coverage", "runners", "subjects", "values", "index.ts"],
  vite: ["engine", "values", "vitest/suite/settings.ts"],
  cli: ["corpus", "engine", "host", "report", "runners/name-pattern.ts", "runners/paths.ts", "values", "vite", "vitest/suite/settings.ts"],
};

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test") && !file.includes("fixtures"))
  .map((file) => file.replaceAll("\\", "/"));

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:from\s+|import\s+|import\()"([^"]+)"/g)].map((match) => match[1]!);
}

/** The file that an import leads to, from `src/`; a package as it is. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith(".") ? relative(source, resolve(source, dirname(file), specifier)).replaceAll("\\", "/") : specifier;
}

/** The circles that a search in depth closes, in words: none where there are none. */
function circlesIn(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const [circles, path, done]: [string[], string[], Set<string>] = [[], [], new Set()];
  const visit = (file: string): void => {
    const from = path.indexOf(file);
    if (from >= 0) circles.push([...path.slice(from), file].join(" → "));
    if (from >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return circles;
}

describe("the rooms", () => {
  test.each(files.filter((file) => file.includes("/")))("%s imports only what its room may", (file) => {
    const room = file.slice(0, file.indexOf("/"));
    const allowed = MAY_IMPORT[room] ?? [];
    const foreign = importsOf(file)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => targetOf(file, specifier))
      .filter((target) => !target.startsWith(`${room}/`) && !allowed.some((one) => target === one || target.startsWith(`${one}/`)));
    expect(foreign).toEqual([]);
  });

  test("nowhere do imports go in a circle, those of types included", () => {
    const targets = new Map(files.map((file) => [file, importsOf(file).map((specifier) => targetOf(file, specifier))]));
    expect(circlesIn(new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]], ["d", ["b"]]]))).toEqual(["b → d → b"]);
    expect(circlesIn(targets)).toEqual([]);
  });

  test("the engine and the reports know no runtime", () => {
    const pure = files.filter((file) => /^(?:engine|explain|histories|report|strategies|values)\//.test(file));
    const found = pure.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith(".") && specifier !== "seedrandom")
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(pure.length).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });

  test("no file is longer than a reader's patience, and names are kebab-case", () => {
    const long = files.filter((file) => readFileSync(join(source, file), "utf8").split("\n").length > 420);
    const oddly = files.filter((file) => !/^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.tsx?$/.test(file));
    expect({ long, oddly }).toEqual({ long: [], oddly: [] });
  });
});

describe("the laws", () => {
  const tests = [source, properties].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => join(folder, file)),
  );
  const drawing = tests.map((file) => ({ file, text: readFileSync(file, "utf8") })).filter(({ text }) => text.includes("fc.assert("));

  test("take their cases from one place, so that `npm run soak` can ask for more; or draw the same ones each time", () => {
    const countIn = (text: string, what: RegExp): number => [...text.matchAll(what)].length;
    const own = drawing.filter(({ text }) => countIn(text, /fc\.assert\(/g) !== countIn(text, /\bcases\([\d)]|numRuns: \d+, seed: \d+/g));
    expect(own.map(({ file }) => file), "give fc.assert `cases(100)` of properties/support/cases.ts").toEqual([]);
    expect(drawing.length).toBeGreaterThan(20);
  });

  test("are marked as such", () => {
    const unmarked = drawing.filter(({ text }) => /\bcases\(/.test(text) && !/\blaw\(/.test(text));
    expect(unmarked.map(({ file }) => file), "a law is `test(name, law(), …)`").toEqual([]);
  });
});
