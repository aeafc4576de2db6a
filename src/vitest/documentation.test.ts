/** What stands in `docs/` is so: `npm run build` comes first. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { AS_INSTALLED, run } from "./child-vitest.test-helper.ts";
import { documentationPages, namedBlocks, ownPackage } from "./documentation.test-helper.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const pages = documentationPages();

interface Result {
  readonly name: string;
  readonly assertionResults: readonly { readonly title: string; readonly status: string; readonly failureMessages: readonly string[] }[];
}

/** Runs the test files of these pages in a package of their own. */
async function results(folder: string, wanted: (page: string, file: string) => boolean): Promise<readonly Result[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  ownPackage(folder);
  writeFileSync(join(folder, "vitest.config.ts"), `export default { root: import.meta.dirname, test: { include: ["*.test.ts"], testTimeout: 15000, isolate: false, fileParallelism: false, ${AS_INSTALLED} } };\n`);
  for (const [page, text] of pages) for (const [file, code] of namedBlocks(text)) if (wanted(page, file)) writeFileSync(join(folder, file), code);
  const report = join(folder, "report.json");
  const words = [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--reporter=json", `--outputFile=${report}`];
  const { output } = await run(process.execPath, words, { HEDDLE_CORPUS: "off" }, false, folder);
  if (!existsSync(report)) throw new Error(output);
  return (JSON.parse(readFileSync(report, "utf8")) as { readonly testResults: readonly Result[] }).testResults;
}

test("each kind of failure has a page, whose example fails with that kind, and whose repair passes", async () => {
  const found = await results(join(ROOT, "build/docs-failures"), (page) => page.startsWith("docs/failures/"));
  const kinds = ["deadlock", "error", "invariant", "leak", "livelock", "nondeterministic", "not-linearizable", "unhandled-rejection"];
  const tests = found.flatMap(({ name, assertionResults }) => assertionResults.map((one) => ({ isRepaired: name.endsWith(".fixed.test.ts"), ...one })));
  for (const kind of kinds) {
    expect(pages.get(`docs/failures/${kind}.md`), kind).toContain(`# ${kind}\n`);
    expect(pages.get("docs/failures/README.md")).toContain(`[${kind}](${kind}.md)`);
    const [failing, ...repaired] = tests.filter(({ title }) => title === kind).sort((one, other) => Number(one.isRepaired) - Number(other.isRepaired));
    expect(failing!.failureMessages.join("\n"), kind).toContain(`\n${kind} in "${kind}"\n`);
    expect(repaired.map(({ status, failureMessages }) => [status, ...failureMessages]), kind).toEqual([["passed"]]);
  }
  expect(tests).toHaveLength(2 * kinds.length);
}, 120_000);

test("the guide's counter fails as the guide says, and its repair passes", async () => {
  const guide = pages.get("docs/guide.md")!;
  const [failed] = await results(join(ROOT, "build/docs-guide"), (page, file) => page === "docs/guide.md" && file !== "counter.fixed.ts");
  expect(failed!.assertionResults[0]!.failureMessages.join("\n")).toContain("lost update: left and right both read value = 0 before either wrote");
  const repair = namedBlocks(guide).find(([file]) => file === "counter.fixed.ts")![1];
  const folder = join(ROOT, "build/docs-guide");
  writeFileSync(join(folder, "counter.ts"), repair);
  const again = await run(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run"], { HEDDLE_CORPUS: "off" }, false, folder);
  expect(again.exitCode, again.output).toBe(0);
  const line = /`(✓ two additions: .*)`/.exec(guide)![1]!;
  expect(again.output).toContain(`${line}\n`);
}, 120_000);

test("the examples of the other pages pass", async () => {
  const passing = ["debounce.test.ts", "draws.test.ts", "last-first.test.ts"];
  const found = await results(join(ROOT, "build/docs-others"), (_page, file) => passing.includes(file));
  expect(found.flatMap(({ assertionResults }) => assertionResults.flatMap(({ status, failureMessages }) => [status, ...failureMessages]))).toEqual(["passed", "passed", "passed"]);
}, 120_000);

/** As GitHub makes anchors of headings. */
function anchorsIn(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm);
  return new Set([...headings].map(([, heading]) => heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")));
}

test("links lead to files that are there, and to headings that are in them", () => {
  const broken: string[] = [];
  for (const [page, text] of pages) {
    for (const [, target] of text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path = "", anchor] = target!.split("#");
      const file = path === "" ? page : join(dirname(page), path).replaceAll("\\", "/");
      if (!existsSync(join(ROOT, file))) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined && !anchorsIn(readFileSync(join(ROOT, file), "utf8")).has(anchor)) broken.push(`${page}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

test("the README leads to each page, and is no longer than it need be", () => {
  const readme = pages.get("README.md")!;
  const all = [readme, pages.get("docs/README.md")!, pages.get("docs/failures/README.md")!].join("\n");
  const unlinked = [...pages.keys()].filter((page) => page !== "README.md" && page !== "docs/README.md" && !all.includes(`(${page})`) && !all.includes(`(${page.replace(/^docs\/(?:failures\/)?/, "")})`));
  expect(unlinked).toEqual([]);
  expect(readme.split("\n").length).toBeLessThan(140);
});
