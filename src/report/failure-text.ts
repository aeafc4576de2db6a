/** The whole report of a failure as text: what a test runner prints. */
import { palette, type Palette } from "./colour.ts";
import type { FailureKind } from "../engine/outcome.ts";
import { cells, count, cut, cutStart, grouped, oneLine, pad, wrap } from "./layout.ts";
import { taskName, taskNames } from "./names.ts";
import { collectWaits, tellBlocker, type Wait } from "./deadlock.ts";
import { fullPlace, shortPlace } from "./places.ts";
import { tellEvidence } from "./evidence.ts";
import type { Place } from "./races.ts";
import { explainWithPlaces, isNeverHeld } from "./sentence.ts";
import { renderTimeline, type RenderOptions, reportWidth, sourceLine, tellInner } from "./text.ts";
import type { Site, Timeline } from "./timeline.ts";
import type { OrderName } from "../engine/options.ts";
import { printable, printableInColour, withoutColours } from "../values/printable.ts";

/** Which order a failure needs, and what must take how long for it. */
export interface FailureOrder {
  readonly needs: OrderName;
  /** Under `latency`: the await that has to take time, where one alone decides. */
  readonly awaitSite?: Site | undefined;
  /** The bound on latencies that the search ran with, in virtual milliseconds. */
  readonly latencyMs?: number | undefined;
  /** The least latency with which it fails, in virtual milliseconds, where it needs any. */
  readonly leastLatencyMs?: number | undefined;
  /** How late a timer has to be, in virtual milliseconds, where one has to. */
  readonly lateMs?: number | undefined;
}

/** How the failure was found. */
export interface FailureCounts {
  /** The execution that failed first, 1-based. */
  readonly foundAtRun: number;
  /** All executions, of the search, the shrinking and the replays. */
  readonly executions: number;
  /** Left after shrinking. */
  readonly deviations: number;
  /** Replays that failed in the same way, of `replays`. */
  readonly reproduced: number;
  readonly replays: number;
  /** Set where shrinking was cut short: after so many executions, with so much real time, in ms. */
  readonly shrunkWith?: { readonly runs: number; readonly ms: number };
}

/** Everything that the report of a failure says. */
export interface FailureReport {
  /** The test's name. */
  readonly title?: string | undefined;
  readonly kind: FailureKind;
  /** From `explain`. */
  readonly sentence: string;
  /** The generated input with which it fails, as code. */
  readonly input?: string | undefined;
  /** The user's own error, an assertion's diff included: shown as it is, only indented. */
  readonly errorText: string;
  /** Its `waiting` is shown for deadlocks and livelocks, its `leaks` always. */
  readonly timeline: Timeline;
  readonly order: FailureOrder;
  readonly counts: FailureCounts;
  /** What to try next, one sentence each. */
  readonly tips: readonly string[];
  /** The file that keeps the schedule, and whether it was found in an earlier run. */
  readonly kept?: { readonly file: string; readonly isKnown: boolean } | undefined;
  /** The line to paste, `replay: HEDDLE_SEED=hd1… npx vitest run -t "…"`. It is the report's last. */
  readonly replay: string;
}

/** Lines of an error that stand in the head; of a longer one so many of what differs, and of its frames. */
const MOST_ERROR = 7;
const MOST_DIFFERENCES = 4;
const MOST_FRAMES = 2;
/** Cells of an input that are shown. */
const MOST_INPUT = 2000;
const mostWaiters = 8;
const mostLeaks = 5;
/** Cells under which a line of code is not worth showing beside its place. */
const leastCode = 40;

/**
 * The report of a failure: the sentence, the user's error, the two critical places (who waits, for a deadlock),
 * the timeline, which order it needs, leaks and tips, counts, and as the very last line how to replay it.
 */
export function renderFailure(input: FailureReport, options: RenderOptions): string {
  return new FailureText(input, options).render();
}

class FailureText {
  private readonly input: FailureReport;
  private readonly options: RenderOptions;
  private readonly paint: Palette;
  private readonly width: number;

  constructor(input: FailureReport, options: RenderOptions) {
    this.input = input;
    this.options = options;
    this.paint = palette(options.colour);
    this.width = reportWidth(options);
  }

  render(): string {
    const error = this.error();
    const sections = [
      this.head(),
      this.generated(),
      error.length <= MOST_ERROR ? error : shortened(error),
      this.stuck() ? this.waiters() : this.places(),
      tellEvidence(this.input.timeline).flatMap((line) => this.wrapped(line, (text) => text, "    ")),
      renderTimeline(this.input.timeline, this.options).split("\n"),
      error.length <= MOST_ERROR ? [] : ["the whole error:", "", ...error],
      [...this.orderLines(), ...this.leaks(), ...this.tips(), ...this.counts(), ...this.kept()],
    ];
    const body = sections.filter((section) => section.length > 0).map((section) => section.join("\n"));
    // Not painted: it is there to be copied, by a regular expression too.
    const replay = printable(withoutColours(this.input.replay).replace(/\s*[\r\n]+\s*/gu, " ").trim());
    return `${body.join("\n\n")}\n${replay}`;
  }

  private wrapped(text: string, paint: (text: string) => string, hanging: string = "  "): string[] {
    return wrap(oneLine(text), this.width, hanging).map(paint);
  }

  private head(): string[] {
    const title = this.input.title === undefined ? "" : oneLine(this.input.title);
    const sentence = this.wrapped(this.input.sentence, this.paint.red, "");
    if (title === "") return sentence;
    return [...sentence, this.paint.dim(cut(`${this.input.kind} in "${title}"`, this.width))];
  }

  private error(): string[] {
    const { errorText } = this.input;
    const text = this.options.colour ? printableInColour(errorText.trimEnd()) : printable(withoutColours(errorText)).trimEnd();
    const lines = text.split("\n");
    return lines.every((line) => line.trim() === "") ? [] : lines.map((line) => (line === "" ? "" : `  ${line}`));
  }

  private generated(): string[] {
    const text = this.input.input;
    return text === undefined ? [] : this.wrapped(cut(`input: ${oneLine(text)}`, MOST_INPUT), (line) => line);
  }

  private isAbsence(): boolean {
    return this.input.kind === "invariant" && isNeverHeld(this.input.errorText);
  }

  private stuck(): boolean {
    const { kind, timeline } = this.input;
    return (kind === "deadlock" || kind === "livelock") && timeline.waiting.length > 0;
  }

  /** The two places: first the words of all, then the places of all, so that the code lines up. */
  private places(): string[] {
    const message = this.input.errorText;
    const { places } = explainWithPlaces(this.input.timeline, { kind: this.input.kind, message });
    const known = places.filter((place): place is Place & { site: Site } => place.site !== undefined);
    const whatWidth = Math.min(Math.max(0, ...known.map(({ what }) => cells(what))), Math.floor(this.width * 0.45));
    if (known.length === 0) return this.end();
    return this.siteLines(known.map(({ what, site, inner }) => ({ before: pad(cut(what, whatWidth), whatWidth), site, inner })));
  }

  /** Where no two places are known, the last one that the execution came to: a whole path to go to. */
  private end(): string[] {
    const { timeline, kind } = this.input;
    if (kind === "nondeterministic" || kind === "leak" || this.isAbsence()) return [];
    const step = timeline.steps.findLast(({ site }) => site !== undefined && site.package === undefined);
    if (step?.site === undefined) return [];
    return this.siteLines([{ before: cut(`${taskName(taskNames(timeline), step.task)} ran last`, this.width * 0.45), site: step.site }]);
  }

  private waiters(): string[] {
    const names = taskNames(this.input.timeline);
    const all = collectWaits(this.input.timeline);
    const shown = all.slice(0, mostWaiters);
    const nameWidth = Math.min(24, Math.max(0, ...shown.map(({ task }) => cells(taskName(names, task)))));
    const lines = shown.flatMap((wait) => {
      const name = pad(cut(taskName(names, wait.task), nameWidth), nameWidth);
      const [first = "", ...rest] = this.waitLines(names, wait);
      const below = rest.map((line) => `${" ".repeat(nameWidth)}  ${line}`);
      if (wait.site === undefined) return [`${name}  ${first}`, ...below].map((line) => cut(line, this.width));
      return [...this.siteLines([{ before: name, site: wait.site }]), ...[`${" ".repeat(nameWidth)}  ${first}`, ...below].map((line) => cut(line, this.width))];
    });
    if (all.length > shown.length) lines.push(`… and ${grouped(all.length - shown.length)} more`);
    return lines;
  }

  private waitLines(names: readonly string[], { waitsFor, times, passed, blocker, settler }: Wait): string[] {
    const lines = [`waits for ${waitsFor}`];
    if (blocker !== undefined) {
      const where = blocker.site === undefined ? "" : ` at ${shortPlace(blocker.site)}`;
      lines[0] = `waits for ${tellBlocker(names, blocker)}${where}`;
    }
    if (passed !== undefined) {
      const code = sourceLine(passed, this.options);
      lines.push(`got past ${shortPlace(passed)}${code === undefined ? "" : `  ${code}`}`);
    }
    if (settler !== undefined) lines.push(settler);
    if (times > 1) lines.push(`and has ${count(times - 1, "more await")} open, on the way there or beside it`);
    return lines;
  }

  /** Places with their source lines, which stand in one column. All of `before` have one width. */
  private siteLines(rows: readonly { readonly before: string; readonly site: Site; readonly inner?: Site | undefined }[]): string[] {
    const room = this.width - cells(rows[0]?.before ?? "") - 2;
    const texts = rows.map(({ site }) => fullPlace(site, this.options.cwd));
    const placeWidth = Math.min(Math.max(0, ...texts.map(cells)), Math.floor(room * 0.6));
    const codes = rows.map(({ site, inner }) => {
      const code = sourceLine(site, this.options);
      return inner === undefined ? code : `${tellInner(inner)}${code === undefined ? "" : ` ${code}`}`;
    });
    // Where the line is too narrow for all three, the code has one of its own rather than to be cut down to nothing.
    if (codes.some((code) => code !== undefined && cells(code) > room - placeWidth - 2 && room - placeWidth - 2 < leastCode)) {
      return rows.flatMap(({ before }, index) => {
        const [place, code] = [cutStart(texts[index] as string, room), codes[index]];
        const line = `${before}  ${this.paint.cyan(place)}`;
        return code === undefined ? [line] : [line, `    ${cut(code, this.width - 4)}`];
      });
    }
    return rows.map(({ before }, index) => {
      const place = pad(cutStart(texts[index] as string, placeWidth), placeWidth);
      const code = codes[index];
      if (code === undefined) return `${before}  ${this.paint.cyan(place.trimEnd())}`;
      return `${before}  ${this.paint.cyan(place)}  ${cut(code, room - placeWidth - 2)}`;
    });
  }

  private orderLines(): string[] {
    // What never came out twice the same, or never came about, can't be laid to an order.
    if (this.input.kind === "nondeterministic" || this.isAbsence()) return [];
    return this.wrapped(orderText(this.input.order, this.options.cwd), this.paint.bold);
  }

  private leaks(): string[] {
    const { leaks } = this.input.timeline;
    const lines = leaks.slice(0, mostLeaks).flatMap((leak) => this.wrapped(`warning: ${leak}`, this.paint.yellow));
    const more = leaks.length - mostLeaks;
    if (more > 0) lines.push(this.paint.yellow(`warning: ${count(more, "more leak")}`));
    return lines;
  }

  private tips(): string[] {
    return this.input.tips.flatMap((tip) => this.wrapped(`tip: ${tip}`, this.paint.green));
  }

  private kept(): string[] {
    const { kept } = this.input;
    if (kept === undefined) return [];
    const text = kept.isKnown ? `known failure, replayed from ${kept.file}` : `kept in ${kept.file}: commit it, and it is replayed first from now on`;
    return this.wrapped(text, this.paint.dim);
  }

  private counts(): string[] {
    const { foundAtRun, executions, deviations, reproduced, replays, shrunkWith } = this.input.counts;
    if (this.isAbsence()) return this.wrapped(`${count(executions, "execution")}; above is one of them`, this.paint.dim);
    const parts = [
      `found in run ${grouped(foundAtRun)}`,
      `${count(executions, "execution")} in all`,
      deviations === 0 ? "nothing reordered" : `${count(deviations, "deviation")} (◀) left after shrinking`,
      ...(replays > 0 ? [`reproduced ${grouped(reproduced)} of ${grouped(replays)}`] : []),
    ];
    const unfinished = `warning: shrinking was cut short after ${count(shrunkWith?.runs ?? 0, "execution")} and up to ${grouped(shrunkWith?.ms ?? 0)} ms, at ${count(deviations, "deviation")}: fewer may be enough. Raise \`shrinkMs\``;
    const lines = [...(shrunkWith === undefined ? [] : this.wrapped(unfinished, this.paint.yellow)), ...this.wrapped(parts.join(", "), this.paint.dim)];
    if (reproduced >= replays || this.input.kind === "nondeterministic") return lines;
    const flaky = "warning: the same schedule does not always fail: something escapes control";
    return [...lines, ...this.wrapped(flaky, this.paint.yellow)];
  }
}

/** Of a long error, which stands below the rows as a whole: its first line, what was found and what was expected, and where it was thrown. */
function shortened(lines: readonly string[]): string[] {
  const bare = lines.map((line) => withoutColours(line).trim());
  const isLegend = (text: string): boolean => /^[+-] (?:actual|expected|received)\b/iu.test(text);
  const chosen = (matches: (text: string) => boolean, most: number): number[] => [...bare.keys()].filter((at) => matches(bare[at]!)).slice(0, most);
  const first = bare.findIndex((text) => text !== "");
  const kept = new Set([
    first,
    ...chosen((text) => /^[+-](?:\s|$)/u.test(text) && !isLegend(text), MOST_DIFFERENCES),
    ...chosen((text) => text.startsWith("at "), MOST_FRAMES),
  ]);
  return lines.filter((_line, at) => kept.has(at));
}

/** What a failure under this order means for the program. */
function orderText(order: FailureOrder, cwd: string | undefined): string {
  const least = order.leastLatencyMs;
  if (order.needs === "chaos") return "only under chaos: a stress test, some of whose orders JavaScript never takes";
  if (order.needs === "production") {
    const when = least === undefined || least <= 0 ? "" : `, once an I/O takes ${least} ms or longer`;
    return `can happen in production as it stands${when}`;
  }
  if (order.lateMs !== undefined) return `happens once a timer is ${order.lateMs} ms late, as where the process is held up${least === undefined || least <= 0 ? "" : `, and an await takes ${least} ms or longer`}`;
  const subject = order.awaitSite === undefined ? "an await" : `the await at ${fullPlace(order.awaitSite, cwd)}`;
  return `happens once ${subject} really takes time${latencyText(order)}`;
}

function latencyText({ latencyMs, leastLatencyMs }: FailureOrder): string {
  if (leastLatencyMs !== undefined && leastLatencyMs > 0) return ` (${leastLatencyMs} ms or longer)`;
  return latencyMs !== undefined && Number.isFinite(latencyMs) ? ` (up to ${latencyMs} ms)` : "";
}
