import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { AS_INSTALLED, run } from "./child-vitest.test-helper.ts";
import { documentationPages, namedBlocks, ownPackage } from "./documentation.test-helper.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The README first, then the pages of `docs/`. */
const pages = documentationPages();
const readme = [...pages.values()].join("\n");

/** The code blocks that begin with a comment of the file's name: the first of each name. */
function files(): Map<string, string> {
  return new Map([...namedBlocks(readme)].reverse());
}

/** The block that follows a text of the README's. */
function blockAfter(text: string): string {
  const at = readme.indexOf(text);
  if (at === -1) throw new Error(`the README has no "${text}"`);
  return /```\w*\n([\s\S]*?)```/.exec(readme.slice(at + text.length))![1]!;
}

const VITEST: readonly string[] = [`${root}node_modules/vitest/vitest.mjs`, "run"];
/** Time enough that all is measured on a busy machine too. */
const CONFIG = `export default { root: import.meta.dirname, test: { include: ["*.test.ts"], testTimeout: 60000, ${AS_INSTALLED} } };\n`;

/** A folder with the README's first example, and nothing that an earlier run has left there. */
async function exampleIn(name: string): Promise<string> {
  const folder = `${root}build/${name}`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  ownPackage(folder);
  await writeFile(`${folder}/vitest.config.ts`, CONFIG);
  // The report counts lines without the comment that names the file.
  for (const [file, text] of files()) if (file.startsWith("wallet")) await writeFile(`${folder}/${file}`, text);
  return folder;
}

function missingLines(shown: string, output: string): string[] {
  return shown.split("\n").filter((line) => !output.includes(line.trim()));
}

const SHOWN_FAILURE = /```\nRaceError: ([\s\S]*?)```/.exec(readme)![1]!;

test("the README's test fails as the README shows, with the same seed", async () => {
  const folder = await exampleIn("readme");
  const { output, exitCode } = await run(process.execPath, VITEST, {}, false, folder);
  expect(missingLines(SHOWN_FAILURE, output), output).toEqual([]);
  expect(exitCode).toBe(1);
});

test("the README's way from the failure to the fix is as the README shows it, with the built package", async () => {
  const folder = await exampleIn("users-path");
  const vitest = (environment: Record<string, string> = {}): ReturnType<typeof run> => run(process.execPath, VITEST, environment, false, folder);

  const first = await vitest();
  expect(missingLines(SHOWN_FAILURE, first.output), first.output).toEqual([]);
  const kept = `${folder}/.heddle/two-withdrawals-77c58022f9.seed`;
  const unsigned = (text: string): string => text.replace(/^heddle: .*$/m, "").replace(/^checksum: .*$/m, "");
  const written = await readFile(kept, "utf8");
  expect(unsigned(written)).toBe(unsigned(blockAfter("cat .heddle/*\n```")));

  const known = blockAfter("wherever the seed is all that you have\n```");
  const second = await vitest();
  expect(missingLines(known, second.output), second.output).toEqual([]);
  const replayed = await run(process.execPath, [`${root}dist/cli/main.js`, "replay", "hd101jfb6p9mc3ajyg10974rx5ns"], {}, false, folder);
  expect(replayed.exitCode, replayed.output).toBe(1);
  expect(missingLines(SHOWN_FAILURE.replace(/^found in run .*$/m, ""), replayed.output), replayed.output).toEqual([]);

  const wallet = files().get("wallet.ts")!;
  const mended = blockAfter("The fix: one withdrawal waits for the other.").replace(/^\/\/.*\n/, "");
  await writeFile(`${folder}/wallet.ts`, wallet.slice(0, wallet.indexOf("export class")) + mended);
  const third = await vitest({ HEDDLE_SUMMARY: "1" });
  expect(third.exitCode, third.output).toBe(0);
  expect(missingLines(blockAfter("says what that is worth:"), third.output), third.output).toEqual([]);
  expect(await readdir(`${folder}/.heddle`)).toEqual(["two-withdrawals-77c58022f9.seed"]);
  expect(await readFile(kept, "utf8")).toBe(written);
  const passed = await run(process.execPath, [`${root}dist/cli/main.js`, "replay", "hd101jfb6p9mc3ajyg10974rx5ns"], {}, false, folder);
  expect(passed.exitCode, passed.output).toBe(0);
}, 180_000);

test("the README's properties fail as the README says, from the built package", async () => {
  const folder = `${root}build/readme-properties`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/vitest.config.ts`, CONFIG);
  for (const [file, text] of files()) if (file.startsWith("stock")) await writeFile(`${folder}/${file}`, text);
  const { output, exitCode } = await run(process.execPath, VITEST, { HEDDLE_CORPUS: "off" }, false, folder);
  expect(exitCode, output).toBe(1);
  for (const name of ["nothing is lost", "stock", "charges once"]) expect(output).toMatch(new RegExp(`FAIL .*${name}\n`));
  expect(missingLines(blockAfter("brings both back:"), output), output).toEqual([]);
  expect(missingLines(blockAfter("one after another in some order, errors included:"), output), output).toEqual([]);
  expect(output).toContain("fails once bank.charge's answer was lost");
}, 120_000);
