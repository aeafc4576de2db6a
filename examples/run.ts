/**
 * Runs one example: `node --enable-source-maps build/examples/run.js wallet [fixed]`.
 * With a printed seed in HEDDLE_SEED it replays that one failure. Exit code 1 if a schedule fails.
 */
import { race, RaceError } from "heddle";
import { examples, type ExampleName } from "./all.ts";

const [, , wanted = "", which = "buggy"] = process.argv;
if (!(wanted in examples)) {
  console.error(`usage: run.js ${Object.keys(examples).join("|")} [fixed]`);
  process.exit(2);
}
const { example } = await examples[wanted as ExampleName]();
try {
  const replayCommand = `node --enable-source-maps build/examples/run.js ${wanted}`;
  const { summary } = await race(which === "fixed" ? example.fixed : example.buggy, {
    name: example.name,
    replayCommand,
    ...example.options,
  });
  console.log(summary);
} catch (error) {
  if (!(error instanceof RaceError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
// PGlite keeps a timer that would hold the process for ten seconds more.
process.exit();
