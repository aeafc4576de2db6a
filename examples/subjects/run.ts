/**
 * Runs the pairs of one folder, or those with a word in their names: `npx tsx run.ts 5-stream "leaves its loop"`. Prints
 * the failure of each unsafe one, and what was tried of each safe one. Exit code 1 if one is not as it says.
 */
import { explore } from "heddle";
import type { Pair, Row } from "./pair.ts";

const [, , folder = "", word = ""] = process.argv;

/** @returns whether it is as it says. */
async function run(pair: Pair): Promise<boolean> {
  const { name, unsafe, safe, runs, isUnmeasured = false } = pair;
  await pair.prepare?.();
  const replayCommand = `npx tsx run.ts ${folder} ${JSON.stringify(name)}`;
  const { failure } = await explore(unsafe, { name, runs: 200, explain: !isUnmeasured, replayCommand });
  console.log(`━━ ${name}: unsafe\n\n${failure?.toString() ?? "no failure was found"}\n`);
  const right = await explore(safe, { name: `${name} (safe)`, order: "production", runs, explain: false });
  console.log(`━━ ${name}: safe\n\n${right.failure?.toString() ?? right.summary}\n`);
  return failure !== undefined && pair.error.test(String(failure.error)) && right.failure === undefined;
}

const { row } = (await import(`./${folder}/pairs.ts`)) as { readonly row: Row };
const wanted = row.pairs.filter(({ name }) => name.includes(word));
const surprises: string[] = [];
for (const pair of wanted) if (!(await run(pair))) surprises.push(pair.name);
if (surprises.length > 0) console.log(`not as they say: ${surprises.join(", ")}`);
// Databases and threads would hold the process for a while.
process.exit(wanted.length === 0 || surprises.length > 0 ? 1 : 0);
