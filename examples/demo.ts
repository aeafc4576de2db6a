/**
 * `npm run demo`: of five of the systems in `examples/subjects` the bug is found, shown, and replayed from its printed seed in a fresh process, and its
 * fixed twin passes; one failure is written as a page. Exit code 1 if anything is not as expected.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explore } from "heddle";
import type { Example } from "./example.ts";
import { replayPrinted } from "./replay.ts";
import { shown } from "./shown.ts";

const disappointments: string[] = [];

/** Whose failure is written as a page. */
const WITH_PAGE = "1-database-connection";
const PAGE = join("build", "demo.html");

function expectThat(holds: boolean, what: string): void {
  console.log(`  ${holds ? "✓" : "✗"} ${what}`);
  if (!holds) disappointments.push(what);
}

/** Long lines of a report are wrapped: a sentence is compared without its line breaks. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

async function show(key: string, { name, story, buggy, fixed, options, fixedOptions }: Example): Promise<void> {
  console.log(`\n━━ ${name} (examples/subjects/${key}) ━━\nThe code ${story}.\n`);
  const replayCommand = `node --enable-source-maps build/examples/run.js ${key}`;
  const { failure, runs, elapsedMs } = await explore(buggy, { name, replayCommand, ...options });
  expectThat(failure !== undefined, `${name}: found in ${runs} executions, ${Math.ceil(elapsedMs)} ms with shrinking`);
  if (failure === undefined) return;
  console.log(`\n${failure.toString().replaceAll(/^/gm, "  │ ")}\n`);
  if (key === WITH_PAGE) {
    mkdirSync("build", { recursive: true });
    writeFileSync(PAGE, failure.html());
    console.log(`  the same as a page, to open in a browser: ${PAGE}\n`);
  }

  const { line, output, exitCode } = replayPrinted(failure.toString());
  console.log(`  $ ${line}`);
  const isSame = exitCode === 1 && unwrapped(output).includes(unwrapped(failure.sentence));
  expectThat(isSame, `${name}: replayed in a fresh process, and it fails in the same way`);
  if (!isSame) console.log(`exit code ${exitCode}, output:\n${output}`);

  const twin = await explore(fixed, { name, ...options, ...fixedOptions });
  expectThat(twin.verdict === "passed", `${name}: the fixed twin passes (${twin.summary})`);
  if (twin.failure !== undefined) console.log(twin.failure.toString());
}

const startedAt = Date.now();
for (const [key, load] of Object.entries(shown)) {
  const { example } = await load();
  await show(key, example);
}
const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
console.log(
  disappointments.length === 0
    ? `\nAll as expected, in ${seconds} s. The failure of ${WITH_PAGE} is a page, too: ${PAGE}. All of them: npm run subjects. What they mean: examples/README.md`
    : `\nNot as expected:\n${disappointments.map((what) => `  ${what}`).join("\n")}`,
);
// PGlite keeps a timer that would hold the process for ten seconds more.
process.exit(disappointments.length === 0 ? 0 : 1);
