import type { TestContext } from "vitest";
import { raceAt } from "../harness/race.ts";
import { RaceError, type Exploration, type ExploreOptions } from "../index.ts";
import { nextTurn, realNow } from "../host/natives.ts";
import type { CapturedStack } from "../host/stack.ts";
import { shareOut } from "../runners/limits.ts";
import { printable, printableLine } from "../values/printable.ts";
import { isError, read } from "../values/thrown.ts";
import { BodyInVitest, type RequestedBody } from "./body-context.ts";
import { corpusBeside, warnOfStrays } from "./corpus.ts";
import { attachPage, presentFailure, tellCoverage, type PresentedFailure } from "./present-failure.ts";
import { noteGreen } from "./green-lines.ts";
import { ProgressLines } from "./progress.ts";
import { namePath, replayCommand } from "./replay-command.ts";
import { raceInputs, type PropertyOutcome, type PropertyRequest } from "./property.ts";
import { NoRaceError, shownError } from "./shown-error.ts";
import type { RaceMeta } from "./types.ts";
import { installFakeTimers } from "./fake-timers.ts";
import { installFreshImport } from "./fresh-import.ts";
import { installWaiting } from "./waiting.ts";

/** A race that was registered. */
export interface RaceRequest {
  readonly body: RequestedBody;
  readonly explore: ExploreOptions;
  /** Of a race that is given generated values. */
  readonly property: PropertyRequest | undefined;
  /** Whether a race is what is wanted. */
  readonly fails: boolean;
  /** No line says what a green run is worth. */
  readonly quiet: boolean;
  /** Where it was registered. */
  readonly place: CapturedStack;
}

let last: Promise<unknown> = Promise.resolve();
let holder: object | undefined;

/**
 * Races of two concurrent suites, or one that outlived its test's time limit: the next waits for it. What a test does
 * while it has its turn is part of it.
 */
export function oneAtATime(test: object, run: () => Promise<void>): Promise<void> {
  if (holder === test) return run();
  const mine = last.then(() => holding(test, run));
  last = mine.catch(() => undefined);
  return mine;
}

async function holding(test: object, run: () => Promise<void>): Promise<void> {
  holder = test;
  try {
    await run();
  } finally {
    holder = undefined;
  }
}

/** The function of a test that was registered by `test.race`. */
export function runRace(request: RaceRequest, context: TestContext): Promise<void> {
  const startedAt = realNow();
  return oneAtATime(context.task, async () => {
    // vitest puts `process.nextTick` as it was in place for a moment, whenever it has sent something.
    await new Promise<void>((resolve) => nextTurn(resolve));
    if (context.signal.aborted) throw new Error("heddle: no execution was made, as the test was over (its time was up, or the run was cancelled) before its turn came");
    installWaiting();
    installFakeTimers();
    installFreshImport();
    await new RaceTest(request, context, realNow() - startedAt).run();
  });
}

class RaceTest {
  private readonly request: RaceRequest;
  private readonly context: TestContext;
  private readonly limits: ReturnType<typeof shareOut>;
  private readonly timeMs: number;
  private readonly progress: ProgressLines;

  constructor(request: RaceRequest, context: TestContext, waitedMs: number) {
    this.request = request;
    this.context = context;
    const limitMs = context.task.timeout;
    this.limits = shareOut(limitMs > waitedMs ? limitMs - waitedMs : limitMs);
    this.timeMs = request.explore.timeMs ?? this.limits.timeMs ?? Number.POSITIVE_INFINITY;
    const isWatched = process.env["CI"] === undefined || process.env["CI"] === "";
    // In a worker of vitest's, the console is the only way to the terminal.
    this.progress = new ProgressLines(this.timeMs, isWatched ? (line) => console.log(line) : undefined);
  }

  async run(): Promise<void> {
    const { request, context } = this;
    const body = new BodyInVitest(request.body, context);
    try {
      if (!request.fails) warnOfStrays(context.task, request.explore.corpus, (text) => console.warn(`heddle: ${printableLine(text)}`));
      const { property } = request;
      const place = { file: context.task.file.filepath };
      await this.passed(await (property === undefined ? raceAt(place, body.run, this.options()) : raceInputs(property, place, body.run, this.options())));
    } catch (thrown) {
      await this.failed(thrown);
    }
  }

  private options(): ExploreOptions {
    const { explore, fails } = this.request;
    const { task, signal } = this.context;
    return {
      name: namePath(task).join(" > "),
      replayCommand: replayCommand(task),
      signal,
      ...this.limits,
      ...explore,
      // A race that is wanted is no failure.
      corpus: fails ? false : corpusBeside(task, explore.corpus),
      onProgress: (progress) => {
        this.progress.onProgress(progress);
        explore.onProgress?.(progress);
      },
    };
  }

  private async passed(exploration: PropertyOutcome): Promise<void> {
    this.report(exploration);
    const name = namePath(this.context.task).join(" > ");
    const isWhole = process.env["HEDDLE_SUMMARY"] === "1";
    if (isWhole) console.log(printable(`heddle: ${name}\n${String(exploration)}`));
    if (this.request.fails) throw new NoRaceError(`expected a race, and found none: ${exploration.summary}`);
    if (!isWhole && !this.request.quiet) noteGreen(name, exploration);
    if (this.wasCutShort(exploration)) {
      const { runs, elapsedMs, summary } = exploration;
      const counts = `${runs.toLocaleString("en")} of ${this.progress.totalRuns!.toLocaleString("en")} executions`;
      const limit = `the test's time limit (${this.context.task.timeout} ms)`;
      await this.note(`stopped after ${Math.round(elapsedMs)} ms, with ${counts} made, to keep ${limit}; raise \`timeout\` or lower \`runs\`. ${summary}`);
    }
    // What passes is as it should be, run after run; what goes has been said.
    for (const { outcome, note } of exploration.replayed) if (outcome === "left-out") await this.note(note);
    if (exploration.uncontrolled.length > 0) await this.note(`escaped control: ${exploration.uncontrolled.join(", ")}`);
  }

  /** @throws what vitest shall show, unless it is a race that was wanted. */
  private async failed(thrown: unknown): Promise<void> {
    if (thrown instanceof RaceError) {
      const { failure, exploration } = thrown;
      if (isSkip(failure.error)) throw failure.error;
      const isWanted = this.request.fails && failure.kind !== "nondeterministic";
      const presented = isWanted ? {} : presentFailure(namePath(this.context.task).join(" > "), failure);
      this.report(exploration, presented);
      if (isWanted) return;
      await attachPage(this.context, failure, presented);
    }
    throw shownError(thrown, this.request.place);
  }

  private report({ verdict, complete, runs, distinct, summary, seed, failure, coverage }: PropertyOutcome & Pick<Exploration, "failure" | "coverage">, presented: PresentedFailure = {}): void {
    const meta: RaceMeta = { verdict, complete, runs, distinct, seed: failure === undefined || failure.seed === "" ? seed : failure.seed, summary, ...presented };
    this.context.task.meta.heddle = meta;
    tellCoverage(this.context.task.file.filepath, namePath(this.context.task).join(" > "), coverage);
  }

  /** Whether the search ended because the test's time limit was near; a `timeMs` of the user's own is no surprise. */
  private wasCutShort({ complete, runs, elapsedMs }: PropertyOutcome): boolean {
    const { totalRuns } = this.progress;
    return this.request.explore.timeMs === undefined && !complete && totalRuns !== undefined && runs < totalRuns && elapsedMs >= this.timeMs;
  }

  /** Reporters show annotations where they have room for them: the default one only beside a failure. */
  private async note(words: string): Promise<void> {
    const text = printableLine(words);
    try {
      await this.context.annotate(text, "heddle");
    } catch {
      // A runner without annotations.
      console.log(`heddle: ${text}`);
    }
  }
}

/** `context.skip()` in the body works by throwing. */
function isSkip(error: unknown): boolean {
  return isError(error) && read(error, "code") === "VITEST_PENDING";
}
