/**
 * Runs one example: `node --enable-source-maps build/examples/run.js 5-stream [fixed]`.
 * With a printed seed in HEDDLE_SEED it replays that one failure. Exit code 1 if a schedule fails.
 */
import { race, RaceError } from "heddle";
import { examples } from "./all.ts";
import type { Example } from "./example.ts";
import { shown } from "./shown.ts";

const all: Readonly<Record<string, () => Promise<{ readonly example: Example }>>> = { ...shown, ...examples };

const [, , wanted = "", which = "buggy"] = process.argv;
if (!(wanted in all)) {
  console.error(`usage: run.js ${Object.keys(all).join("|")} [fixed]`);
  process.exit(2);
}
const { example } = await all[wanted]!();
try {
  const replayCommand = `node --enable-source-maps build/examples/run.js ${wanted}`;
  const { summary } = await race(which === "fixed" ? example.fixed : example.buggy, {
    name: example.name,
    replayCommand,
    ...example.options,
    ...(which === "fixed" ? example.fixedOptions : {}),
  });
  console.log(summary);
} catch (error) {
  if (!(error instanceof RaceError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
// PGlite keeps a timer that would hold the process for ten seconds more.
process.exit();
