import type { FoundFailure, OrderSummary } from "../engine/exploration.ts";
import type { KeptSchedule } from "../corpus/corpus.ts";
import type { ExecutionFailure, FailureKind } from "../engine/outcome.ts";
import { packageSite, packageSites, userSites } from "../host/stack.ts";
import { collectWaits } from "../report/deadlock.ts";
import { renderFailure, type FailureOrder, type FailureReport } from "../report/failure-text.ts";
import { explain } from "../report/sentence.ts";
import type { Timeline, TimelineStep } from "../report/timeline.ts";
import { cutText } from "../values/printable.ts";
import { isError, messageOf, read, thrownText } from "../values/thrown.ts";
import { ownCommand, relativeTo, renderOptions } from "./environment.ts";
import type { Failure } from "./exploration.ts";
import { errorLine, isSameError } from "./keeper.ts";
import { formatsOf } from "./failure-formats.ts";
import type { Settings } from "./options.ts";

/** UTF-16 units. */
const MOST_DIFF = 20_000;

interface FailureParts {
  /** Absent for what no single execution shows: a `sometimes` that never held. */
  readonly found: FoundFailure | undefined;
  readonly kind?: FailureKind;
  /** Where no timeline tells it. */
  readonly sentence?: string;
  readonly timeline: Timeline;
  readonly error: unknown;
  /** What the first execution left pending, where that has to do with it. */
  readonly left?: readonly string[];
  readonly executions: number;
  readonly seed: string;
  readonly originalSeed: string;
  readonly tried: readonly OrderSummary[];
  /** The kept schedule that was replayed. */
  readonly known?: KeptSchedule | undefined;
  /** The generated input that the body was given. */
  readonly input?: (() => string) | undefined;
  /** Keeps the failure, and returns the path of the file that does. */
  readonly keep?: ((failure: ExecutionFailure & { readonly seed: string; readonly sentence: string }) => string | undefined) | undefined;
}

/** Puts together what is known of a failure; the report is written when somebody reads it. */
export function makeFailure(settings: Settings, parts: FailureParts): Failure {
  const { found, timeline, error, seed, originalSeed } = parts;
  const kind = found?.nondeterministic === true ? "nondeterministic" : (found?.shrunk.outcome.failure?.kind ?? parts.kind ?? "error");
  const sentence = parts.sentence ?? explain(timeline, { kind, message: messageOf(error) });
  const reproduced = found?.reproduced ?? 0;
  const replays = found?.confirmations ?? 0;
  const keptIn = parts.keep?.({ kind, error, seed, sentence });
  const report = (): FailureReport => ({
    title: settings.title,
    kind,
    sentence,
    input: parts.input?.(),
    errorText: kind === "deadlock" || kind === "livelock" ? "" : errorText(error),
    timeline,
    order: orderOf(settings, parts),
    counts: {
      foundAtRun: found?.foundAt ?? parts.executions,
      executions: parts.executions,
      deviations: found?.shrunk.schedule.length ?? 0,
      reproduced,
      replays,
      ...(found?.isShrinkCutShort === true ? { shrunkWith: { runs: found.shrinkRuns, ms: settings.shrinkMs } } : {}),
    },
    tips: tipsFor(kind, parts),
    kept: keptIn === undefined ? undefined : { file: relativeTo(keptIn), isKnown: parts.known !== undefined },
    replay: replayLine(settings, seed),
  });
  return {
    kind,
    error,
    sentence,
    seed,
    originalSeed,
    deviations: found?.shrunk.schedule ?? [],
    timeline,
    order: timeline.order,
    latencyMs: found?.leastLatencyMs ?? 0,
    ...lateOf(found),
    reproduced: `${reproduced} of ${replays}`,
    foundAt: found?.foundAt ?? 0,
    ...(parts.left === undefined ? {} : { leftOver: parts.left }),
    ...(keptIn === undefined ? {} : { keptIn }),
    toString: () => renderFailure(report(), renderOptions()),
    ...formatsOf(report, seed),
  };
}

function orderOf(settings: Settings, { found, timeline }: FailureParts): FailureOrder {
  const least = found?.leastLatencyMs ?? 0;
  const only = found?.shrunk.schedule.length === 1 ? timeline.steps.find((step) => step.deviation !== undefined) : undefined;
  return {
    needs: timeline.order,
    latencyMs: settings.latencyMs,
    ...(least > 0 ? { leastLatencyMs: least } : {}),
    ...lateOf(found),
    ...(only?.deviation === undefined ? {} : { awaitSite: only.deviation.insteadOfSite }),
  };
}

function lateOf(found: FoundFailure | undefined): { readonly lateMs?: number } {
  const lateMs = found?.shrunk.outcome.lateMs ?? 0;
  return lateMs > 0 ? { lateMs } : {};
}

function tipsFor(kind: FailureKind, { found, tried, known, error, timeline }: FailureParts): string[] {
  const tips: string[] = [];
  if (known !== undefined && !isSameError(errorLine(error), known.error)) tips.push(`this schedule failed otherwise when it was kept: ${known.error}`);
  if (kind === "deadlock" && collectWaits(timeline).every(({ holder }) => holder === undefined)) tips.push('give a lock to shared(lock, "name"), or make its acquire an io boundary, and the report can tell who holds it');
  if (kind === "livelock") tips.push("if the body is only long, raise `maxSteps`");
  if (kind === "nondeterministic") {
    tips.push("look for state that outlives the body (a module's variables, a cache, a pool made outside it), real I/O, or a clock that was read before heddle was imported");
  }
  const production = tried.find(({ order }) => order === "production");
  if (found?.order === "latency" && production !== undefined && !production.vacuous) {
    tips.push(`under \`production\` none of ${production.runs} executions failed`);
  }
  return tips;
}

function replayLine(settings: Settings, seed: string): string {
  if (seed === "") return "replay: not possible, see above";
  const command = settings.replayCommand ?? ownCommand();
  if (command.includes("{seed}")) return `replay: ${command.replaceAll("{seed}", seed)}`;
  // Its shells set a variable in ways of their own.
  if (process.platform === "win32") return `replay: npx heddle replay ${seed} -- ${command}`;
  return `replay: HEDDLE_SEED=${seed} ${command}`;
}

/** Frames of packages that are shown of an error's stack, above the user's. */
const MOST_PACKAGE_FRAMES = 3;

function errorText(error: unknown): string {
  if (!isError(error)) return thrownText(error);
  const diff = read(error, "diff");
  const site = userSites(error)[0];
  const inner = packageSite(error) === undefined ? [] : packageSites(error).slice(0, MOST_PACKAGE_FRAMES);
  const shown = [...inner, ...(site === undefined ? [] : [site])];
  const frames = shown.map(({ file, line, column, functionName }) => `\n    at ${functionName === undefined ? "" : `${functionName} `}${relativeTo(file)}:${line}:${column}`);
  const text = `${thrownText(error)}${inner.length === 0 && site !== undefined ? `\n    at ${relativeTo(site.file)}:${site.line}:${site.column}` : frames.join("")}`;
  return typeof diff === "string" && !text.includes(diff) ? `${text}\n\n${cutText(diff, MOST_DIFF)}` : text;
}

/** Names the first event in which executions of one schedule differ. */
export function describeDifference(timelines: readonly Timeline[]): Error {
  const [first, ...others] = timelines;
  for (const other of others) {
    const length = Math.max(first!.steps.length, other.steps.length);
    for (let index = 0; index < length; index += 1) {
      const [one, two] = [showStep(first!.steps[index]), showStep(other.steps[index])];
      if (one === two) continue;
      const message = `the body is not deterministic: of two executions with the same schedule, step ${index} was ${one} in the one and ${two} in the other`;
      return new Error(message);
    }
  }
  return new Error("the body is not deterministic: executions with the same schedule came out differently, though their events were the same");
}

function showStep(step: TimelineStep | undefined): string {
  if (step === undefined) return "the end";
  const place = step.site === undefined ? "" : ` at ${step.site.file}:${step.site.line}:${step.site.column}`;
  return `${step.kind} ${step.event}${place} (of ${step.legal.length} legal)`;
}
