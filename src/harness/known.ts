import { Corpus, type KeptSchedule } from "../corpus/corpus.ts";
import { HeddleError } from "../engine/errors.ts";
import { decodeSeed } from "../engine/seed.ts";
import { realNow } from "../host/natives.ts";
import { printableLine } from "../values/printable.ts";
import { environment } from "../host/process/environment.ts";
import { relativeTo } from "./environment.ts";
import type { CorpusSettings } from "./corpus-options.ts";
import type { Exploration, ReplayedSchedule } from "./exploration.ts";
import { errorLine, isSameError, Keeper } from "./keeper.ts";
import type { Settings } from "./options.ts";

/** What an exploration has to do with the corpus. */
export interface Keeping {
  readonly keeper: Keeper;
  /** What was replayed before it. It grows. */
  readonly replayed: readonly ReplayedSchedule[];
  /** The kept schedule that it replays, if it does that. */
  readonly known?: KeptSchedule;
}

/** Makes an exploration of one seed. */
type Replay = (settings: Settings, keeping: Keeping) => Promise<Exploration>;

/** What the kept schedules of a test came to. */
interface Failing {
  /** A known failure, still there. */
  readonly failing?: Exploration;
  /** A failure that is not the one that was kept. */
  readonly failingOtherwise?: Exploration;
}

/** What is kept of a test: replayed before the search, and added to by it. */
export class KnownFailures {
  private readonly settings: Settings;
  private readonly corpus: Corpus;
  private readonly identity: CorpusSettings["identity"];
  private readonly schedules: ReplayedSchedule[] = [];
  /** Machines are thrown away after a run: what is removed there is removed in vain, and the reader never knows. */
  private readonly mayRemove = !isSet(environment()["CI"]);

  constructor(settings: Settings, { directory, identity }: CorpusSettings) {
    this.settings = settings;
    this.corpus = new Corpus(directory, say);
    this.identity = identity;
  }

  /** For an exploration that searches, or replays a seed that was given. */
  keeping(): Keeping {
    return { keeper: new Keeper(this.corpus, this.identity), replayed: this.schedules };
  }

  /** Replays what is kept, until one fails as it did. */
  async replay(replay: Replay): Promise<Failing> {
    const startedAt = realNow();
    const { signal, timeMs } = this.settings;
    let failingOtherwise: Exploration | undefined;
    for (const kept of this.corpus.of(this.identity)) {
      if (signal?.aborted === true || realNow() - startedAt >= timeMs) {
        this.note(kept, "left-out", `${relativeTo(kept.path)} was not replayed: the time was used up; raise \`timeMs\` (under Vitest the test's \`timeout\`)`);
        continue;
      }
      const exploration = await this.replayOne(kept, replay);
      if (exploration?.failure === undefined) continue;
      if (this.schedules.at(-1)!.outcome === "fails") return { failing: exploration };
      failingOtherwise ??= exploration;
    }
    return failingOtherwise === undefined ? {} : { failingOtherwise };
  }

  /** What is kept, for a caller that replays it one by one. */
  get kept(): readonly KeptSchedule[] {
    return this.corpus.of(this.identity);
  }

  /** What was kept, and cannot be tried any more. */
  outdated(kept: KeptSchedule, why: string): void {
    this.remove(kept, why);
  }

  /** Replays one. `undefined`: it was left out, or does not fit any more. */
  async replayOne(kept: KeptSchedule, explore: Replay): Promise<Exploration | undefined> {
    const { settings } = this;
    const replay = decodeSeed(kept.seed);
    const shown = relativeTo(kept.path);
    const isTried = settings.orders.includes(replay.order) && settings.scope === replay.scope && replay.latencyMs <= settings.latencyMs;
    if (!isTried) {
      this.note(kept, "left-out", `${shown} was not replayed: it is of the order ${replay.order}, the scope ${replay.scope} and a latency of ${replay.latencyMs} ms, which this test does not try`);
      return undefined;
    }
    try {
      const isConfirmed = kept.sentence !== "";
      const keeper = new Keeper(this.corpus, this.identity, isConfirmed || !this.mayRemove ? undefined : kept);
      const exploration = await explore({ ...settings, replay, baseSeed: kept.seed }, { keeper, replayed: this.schedules, known: kept });
      this.judge(kept, exploration);
      return exploration;
    } catch (error) {
      if (!(error instanceof HeddleError) || error.code !== "REPLAY_DIVERGED") throw error;
      this.remove(kept, `it does not fit the code any more (${/: (.*?)\. /.exec(error.message)?.[1] ?? error.message})`);
      return undefined;
    }
  }

  private judge(kept: KeptSchedule, { failure }: Exploration): void {
    const shown = relativeTo(kept.path);
    if (failure === undefined) {
      // Without the checks of its events, which a first replay adds, it fits any code: its passing says nothing.
      if (decodeSeed(kept.seed).schedule.some(({ check }) => check === undefined)) this.remove(kept, "it failed once, was never confirmed, and passes now");
      else this.note(kept, "passes", `${shown} passes now; it stays, and is replayed first`);
    } else if (failure.kind === kept.kind && isSameError(errorLine(failure.error), kept.error)) {
      this.note(kept, "fails", `${shown} still fails`);
    } else {
      this.note(kept, "fails-otherwise", `${shown} fails otherwise than when it was kept: then ${kept.kind} (${kept.error}), now ${failure.kind} (${errorLine(failure.error)})`);
    }
  }

  private remove(kept: KeptSchedule, why: string): void {
    const shown = relativeTo(kept.path);
    const done = this.mayRemove ? `${shown} was removed` : `${shown} is of no more use (run the test without CI in the environment, and it is removed)`;
    if (this.mayRemove) this.corpus.drop(kept);
    this.note(kept, "gone", `${done}: ${why}. It was "${kept.sentence === "" ? kept.error : kept.sentence}"; the search goes on without it`);
    say(this.schedules.at(-1)!.note);
  }

  private note({ path, seed }: KeptSchedule, outcome: ReplayedSchedule["outcome"], note: string): void {
    this.schedules.push({ path, seed, outcome, note: printableLine(note) });
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}

/** To the person who runs the tests; a runner shows it beside the test. */
function say(text: string): void {
  console.warn(`heddle: ${printableLine(text)}`);
}
