/** Programs with an assertion that some of their schedules break. */
import fc from "fast-check";
import type { ExploreOptions } from "heddle";
import { constructs, programs, type Construct, type ProgramTree } from "./program.ts";
import { runUnderHeddle, type Explored } from "./runs.ts";
import { compile, END, sourceOf, taskOfLine, type CompiledProgram } from "./source.ts";

export interface Breakable {
  readonly tree: ProgramTree;
  /** Which two lines of the FIFO log must keep their order: taken modulo what there is. */
  readonly first: number;
  readonly second: number;
  readonly options: ExploreOptions;
}

export function breakables(allowed: readonly Construct[] = constructs): fc.Arbitrary<Breakable> {
  return fc.record({
    tree: programs(allowed, 6),
    first: fc.nat(20),
    // The next line of another task is the easiest to overtake.
    second: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
    options: fc.record({
      order: fc.constantFrom("latency" as const, "latency" as const, "latency" as const, "chaos" as const, "chaos" as const, "production" as const),
      scope: fc.constantFrom("all" as const, "user" as const),
      strategy: fc.constantFrom("auto" as const, "random" as const, "deviations" as const, "exhaustive" as const),
      latencyMs: fc.constantFrom(10, 100, Number.POSITIVE_INFINITY),
      seed: fc.nat(),
      runs: fc.constant(60),
    }),
  });
}

export interface Prepared {
  readonly program: CompiledProgram;
  readonly source: string;
  /** Throws where the two lines have changed places. */
  readonly judge: (log: readonly string[]) => void;
  readonly options: ExploreOptions;
}

/** `undefined` where the program has no two tasks that log. */
export async function prepare({ tree, first, second, options }: Breakable): Promise<Prepared | undefined> {
  const source = sourceOf(tree);
  const program = compile(source);
  const { logs } = await runUnderHeddle(program, { ...options, strategy: "fifo" });
  const lines = logs[0]!.filter((line) => line !== END && logs[0]!.indexOf(line) === logs[0]!.lastIndexOf(line));
  const earlier = lines[first % Math.max(1, lines.length)];
  if (earlier === undefined) return undefined;
  const later = lines.slice(lines.indexOf(earlier) + 1).filter((line) => taskOfLine(line) !== taskOfLine(earlier));
  if (later.length === 0) return undefined;
  const other = later[second % later.length]!;
  const judge = (log: readonly string[]): void => {
    const [one, two] = [log.indexOf(earlier), log.indexOf(other)];
    if (one >= 0 && two >= 0 && two < one) throw new Error(`"${other}" came before "${earlier}"`);
  };
  return { program, source, judge, options };
}

export function search({ program, options, judge }: Prepared, overrides: ExploreOptions = {}): Promise<Explored> {
  return runUnderHeddle(program, { ...options, ...overrides }, judge);
}
