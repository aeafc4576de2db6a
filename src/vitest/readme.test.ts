import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "./child-vitest.test-helper.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}build/readme`;

const CONFIG = `import config from "../../vitest.config.ts";
export default { ...config, root: ${JSON.stringify(folder)}, test: { include: ["*.test.ts"] } };
`;

/** The README's code blocks that begin with a comment of the file's name. */
function files(readme: string): Map<string, string> {
  const blocks = readme.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g);
  return new Map([...blocks].map((match) => [match[1]!, `// ${match[1]}\n${match[2]}`]));
}

test("the README's test fails as the README shows, with the same seed", async () => {
  const readme = await readFile(`${root}README.md`, "utf8");
  const shown = /```\nRaceError: ([\s\S]*?)```/.exec(readme)![1]!;
  // What an earlier run has kept would be known already.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/vitest.config.ts`, CONFIG);
  for (const [name, text] of files(readme)) {
    // The report counts lines without the comment that names the file.
    if (name.startsWith("wallet")) await writeFile(`${folder}/${name}`, text.slice(text.indexOf("\n") + 1));
  }
  const { output, exitCode } = await run(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, "run"], {}, false, folder);
  const missing = shown.split("\n").filter((line) => !output.includes(line.trim()));
  expect(missing, output).toEqual([]);
  expect(exitCode).toBe(1);
});
