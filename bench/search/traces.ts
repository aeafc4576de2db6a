/** How many executions the reduced exhaustive search makes of each program, beside the reference; and what one costs. */
import { countTraces, TraceCounter, type Counted } from "../../properties/support/count-traces.ts";
import { countableAsync, endingAtOnce } from "../../properties/support/reference-programs-async.ts";
import { countable } from "../../properties/support/reference-programs-simulated.ts";
import { moreAsAsync, tooManyAsAsync, traceCounts, type TraceCount } from "../../properties/support/trace-counts.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { dpor } from "../../src/strategies/dpor/dpor.ts";
import { random } from "../../src/strategies/random.ts";
import { execute } from "./measure.ts";

const MOST = 60_000;
/** Executions of each strategy, by turns, from which the cost of one is taken: the least of so many rounds. */
const [COSTED, ROUNDS] = [400, 5];
const COSTLY: readonly string[] = ["reorder_4", "lostUpdate_4x1", "staleResponse_5", "cacheStampede_3"];

function countSimulated(program: string): Counted {
  const strategy = dpor();
  const counter = new TraceCounter(strategy, MOST);
  while (counter.begin()) counter.end(execute(countable[program]!, strategy));
  return counter.counted;
}

function told(counted: Counted | undefined): string {
  if (counted === undefined) return "–".padStart(22);
  const { traces, repeated, buggy, isComplete } = counted;
  return `${isComplete ? "" : ">"}${traces} + ${repeated}, ${buggy} buggy`.padStart(22);
}

function expected({ traces, repeated, buggy }: TraceCount): string {
  return `${traces}${repeated === undefined ? "" : ` + ${repeated}`}${buggy === undefined ? "" : `, ${buggy} buggy`}`.padStart(22);
}

function remark(program: string, { traces }: TraceCount, simulated: Counted, real: Counted | undefined): string {
  if (simulated.traces !== traces) return "  DIFFERS";
  if (real === undefined || real.traces === traces) return "";
  return moreAsAsync[program]?.traces === real.traces ? "  more with locks that are looked at" : "  DIFFERS";
}

export async function benchTraces(isWanted: (program: string) => boolean, form: string | undefined): Promise<void> {
  console.log("\nexhaustive, independence \"declared\": executions of one trace each + those given up as a repetition, traces with the bug");
  console.log(`${"".padEnd(17)}${["simulated", "async", "reference"].map((title) => title.padStart(22)).join("")}`);
  for (const [program, count] of Object.entries(traceCounts)) {
    if (!isWanted(program)) continue;
    const simulated = countSimulated(program);
    const body = form === "simulated" || tooManyAsAsync.includes(program) ? undefined : countableAsync[program];
    const real = body === undefined ? undefined : await countTraces(endingAtOnce(body), dpor(), MOST);
    console.log(`${program.padEnd(17)}${told(simulated)}${told(real)}${expected(count)}${remark(program, count, simulated, real)}`);
  }
  if (form !== "simulated") await benchCost(isWanted);
}

async function benchCost(isWanted: (program: string) => boolean): Promise<void> {
  console.log("\nµs of processor time for an execution, async:");
  for (const program of COSTLY.filter(isWanted)) {
    const [randomly, reduced] = [{ least: Number.POSITIVE_INFINITY }, { least: Number.POSITIVE_INFINITY }];
    for (let round = 0; round < ROUNDS; round += 1) {
      randomly.least = Math.min(randomly.least, await cost(program, random("cost")));
      reduced.least = Math.min(reduced.least, await cost(program, dpor()));
    }
    const times = (reduced.least / randomly.least).toFixed(1);
    console.log(`  ${program.padEnd(17)}random ${randomly.least.toFixed(1).padStart(7)}   exhaustive, declared ${reduced.least.toFixed(1).padStart(7)}   ${times} times`);
  }
}

async function cost(program: string, strategy: Strategy): Promise<number> {
  const before = process.cpuUsage();
  const { runs } = await countTraces(endingAtOnce(countableAsync[program]!), strategy, COSTED);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / runs;
}
