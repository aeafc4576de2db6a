/** What a verdict on a test of a suite rests on. */
import { cut, grouped } from "../report/layout.ts";
import { shortPlace } from "../report/places.ts";
import { readQuietly } from "../report/read-quietly.ts";
import type { Site, TimelineStep } from "../report/timeline.ts";
import { readLine } from "./environment.ts";
import type { Exploration, Failure } from "./exploration.ts";

/** Cells of source in a sentence. */
const MOST_SOURCE = 60;

/** What a test rests on that is no race: it fails once an await takes time that takes none as things stand. */
export interface Fragility {
  /** In a few words, with the place. */
  readonly sentence: string;
  readonly seed: string;
  /** The whole of the failure's report. */
  readonly report: string;
}

/** What a failure says that was found under `latency`, and not under `production`. */
export function fragilityOf(failure: Failure): Fragility {
  const { timeline, latencyMs, lateMs, seed } = failure;
  const late = lateMs === undefined ? undefined : timeline.steps.find(({ kind, deviation }) => kind === "fault" && deviation !== undefined);
  if (late !== undefined) return { sentence: restsOnTimer(late, lateMs!), seed, report: failure.toString() };
  const held = timeline.steps.find(({ deviation }) => deviation !== undefined)?.deviation?.insteadOfSite;
  const time = latencyMs > 0 ? `less than ${latencyMs} ms` : "no time";
  const sentence = held === undefined ? `rests on an await taking ${time}` : `rests on ${sourceAt(held)} taking ${time}, ${shortPlace(held)}`;
  return { sentence, seed, report: failure.toString() };
}

function restsOnTimer({ label = "a timer", site }: TimelineStep, lateMs: number): string {
  const [timer] = label.split(" fired ");
  return `rests on the ${timer} firing less than ${lateMs} ms late${site === undefined ? "" : `, ${shortPlace(site)}`}`;
}

function sourceAt({ file, line }: Site): string {
  const source = readQuietly(readLine, file, line)?.trim().replace(/;$/, "");
  return source === undefined || source === "" ? "an await" : `\`${cut(source, MOST_SOURCE)}\``;
}

/**
 * Where a timer has waited for an I/O, as that takes `latencyMs` at most, a slower one could make the test fail.
 * @returns what the verdict rests on, in words; nothing where no greater latency makes a difference.
 */
export function restsOn({ orders }: Pick<Exploration, "orders">, latencyMs: number): string | undefined {
  const nextMs = Math.min(...orders.map(({ nextLatencyMs = Number.POSITIVE_INFINITY }) => nextLatencyMs));
  // What waits for much longer (a time limit, a connection that is kept) is no sleep of the test.
  if (nextMs > latencyMs * 10) return undefined;
  return `while every I/O takes at most ${grouped(latencyMs)} ms (one of ${grouped(nextMs)} ms would come behind a timer)`;
}
