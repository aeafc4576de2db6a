/**
 * A process that uses a corpus, and that `../corpus.test.ts` lets die. Plain JavaScript over the built package, as a
 * user's process is: `node corpus-process.mjs <mode> <folder> [<how>]`. What it says, it has said when `say` returns.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { explore } from "../../dist/index.js";
import { Corpus } from "../../dist/corpus/corpus.js";
import { encodeSeed, testHash } from "../../dist/engine/seed.js";
import { Keeper } from "../../dist/harness/keeper.js";
import { counting } from "./corpus-body.mjs";

const [mode, folder, how] = process.argv.slice(2);

function say(text) {
  writeSync(1, `${text}\n`);
}

const fail = (stored) => {
  throw new Error(`stored ${stored}, not 3`);
};

/** Keeps one failure after the other, and names each file once it may be relied on. */
async function write() {
  for (let at = Math.floor(Math.random() * 1000); ; at += 1) {
    const corpus = join(folder, String(at % 4), ".heddle");
    const { failure } = await explore(counting(fail), { name: `test ${at % 1000}`, strategy: "random", corpus });
    say(failure.keptIn);
    for (let more = 0; more < 5; more += 1) say(keepInvented(corpus));
  }
}

/** Without a search, most of the time goes into the files. Processes come upon the same schedules again and again. */
function keepInvented(directory) {
  const test = `invented ${Math.floor(Math.random() * 20)}`;
  const seed = (decision) =>
    encodeSeed({ order: "latency", scope: "user", latencyMs: 100, randomness: 1, test: testHash(test), schedule: [{ kind: "skip", decision, index: 1, check: undefined }] });
  const keeper = new Keeper(new Corpus(directory, say), { test, file: "", project: "" });
  const error = new Error("an error ".repeat(50));
  keeper.found(seed(Math.floor(Math.random() * 50) + 10), { kind: "error", error });
  return keeper.confirmed({ kind: "error", error, seed: seed(Math.floor(Math.random() * 10)), sentence: "what went wrong ".repeat(500) });
}

/** The ways in which a body can take its process with it. */
const ends = {
  kill: () => process.kill(process.pid, "SIGKILL"),
  exit: () => process.exit(0),
  loop: () => {
    say("looping");
    for (;;);
  },
  memory: () => {
    const held = [];
    for (;;) held.push(Array.from({ length: 1e6 }, (_, index) => ({ index })));
  },
};

/** A body that fails, and ends its process while the failure is being shrunk. */
async function dieShrinking() {
  let failures = 0;
  const body = counting((stored) => {
    failures += 1;
    if (failures === 4) ends[how]();
    fail(stored);
  });
  await explore(body, { name: "dies", strategy: "random", corpus: join(folder, ".heddle") });
  say("it did not die");
}

/** The same, where the failure is shrunk in another thread than the one that waits for it. */
async function dieInWorker() {
  process.env.CORPUS_BODY_ENDS = how;
  const options = { name: "dies", strategy: "random", workers: 2, corpus: join(folder, ".heddle") };
  const { failure } = await explore(new URL("./corpus-body.mjs", import.meta.url), options).catch(() => process.exit());
  say(failure.keptIn);
}

/** A body that ends its process where another would have failed: there is no failure to keep, but a journal. */
async function dieSearching() {
  await explore(counting(ends[how]), { name: "dies", strategy: "random", seed: 3 });
  say("it did not die");
}

async function replayJournal() {
  const { verdict, runs } = await explore(counting(fail), { name: "dies", seed: how });
  say(JSON.stringify({ verdict, runs }));
}

/** The same body, where it does not die. */
async function again() {
  const { verdict, runs, failure, replayed } = await explore(counting(fail), { name: "dies", corpus: join(folder, ".heddle") });
  say(JSON.stringify({ verdict, runs, keptIn: failure?.keptIn, reproduced: failure?.reproduced, deviations: failure?.deviations.length, replayed }));
}

await { write, dieShrinking, dieInWorker, dieSearching, replayJournal, again }[mode]();
