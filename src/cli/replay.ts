import type { ReplayCommand } from "./arguments.ts";
import { EXIT, type Terminal } from "./fuzz.ts";
import { Findings } from "./findings.ts";
import { WatchedRound } from "./watched-round.ts";

const STUCK_MS = 20_000;

/**
 * `heddle replay`: finds the test that printed a seed, by the hash of its name that the seed carries, and replays it.
 * @returns the exit code
 */
export async function replay(command: ReplayCommand, terminal: Terminal, cwd: string): Promise<number> {
  const { seed, filters, vitest } = command;
  const { out, error, interrupted } = terminal;
  const findings = new Findings();
  const round = new WatchedRound(
    { cwd, filters, vitest: { ...vitest }, settings: { runs: 1, order: "auto", testTimeMs: Number.MAX_SAFE_INTEGER, replay: seed } },
    { stuckMs: STUCK_MS, interrupted, onState: (tests, collected) => findings.note(tests, collected) },
  );
  const end = await round.run();
  if (end.how === "interrupted") return EXIT.interrupted;
  if (end.how === "cannot run") {
    error.write(`heddle: ${end.text}\n`);
    return EXIT.cannotRun;
  }
  const { races } = findings;
  for (const { file, name, report } of races) out.write(`${file} > ${name}\n\n${report.report ?? report.summary}\n`);
  if (races.length > 0) return EXIT.races;
  const tried = findings.all.filter(({ report }) => report.totalRuns > 0);
  for (const { file, name, report } of tried) {
    if (report.verdict === "passed") {
      out.write(`heddle: ${file} > ${name}: ${report.summary}. If it was mended, this is how it shows.\n`);
      return EXIT.none;
    }
    error.write(`heddle: ${file} > ${name}: ${report.verdict}: ${report.summary}\n`);
  }
  if (tried.length === 0) {
    const where = filters.length > 0 ? ` in the files that match ${filters.join(", ")}` : "";
    error.write(`heddle: none of ${findings.collected} tests${where} has printed the seed ${seed}: it belongs to another suite, or the test has been renamed since\n`);
  }
  return EXIT.cannotRun;
}
