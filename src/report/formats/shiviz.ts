import type { FailureDocument, StepDocument, TimelineDocument } from "./document.ts";

/** The parser expression and the delimiter of executions: ShiViz takes them from a log's first two lines. */
const HEADER = ["(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)", "^=== (?<trace>.*) ===$"];

/**
 * A failure as a ShiViz log (bestchai.bitbucket.io/shiviz): a host for each task, and vector clocks from the arrows
 * between steps. With an order that passes there are two executions, which ShiViz compares. The method: Beschastnikh and
 * others, "Debugging Distributed Systems" (CACM 2016); clocks after Mattern (1989).
 */
export function shivizLog(failure: FailureDocument): string {
  const passing = failure.passing?.timeline;
  const parts = [...HEADER, "=== failing ===", ...logOf(failure, failure.failing)];
  if (passing !== undefined) parts.push("=== passing ===", ...logOf(failure, passing));
  return `${parts.join("\n")}\n`;
}

type Clock = ReadonlyMap<string, number>;

function logOf(failure: FailureDocument, timeline: TimelineDocument): string[] {
  const hosts = hostNames(timeline);
  const last = new Map<number, Clock>();
  const clocks: Clock[] = [];
  return timeline.steps.flatMap((step) => {
    const host = hosts[step.task]!;
    const clock = new Map(last.get(step.task));
    for (const cause of step.after) merge(clock, clocks[cause]);
    // What a task goes on from is its own clock: one more, whatever others knew of it.
    clock.set(host, (last.get(step.task)?.get(host) ?? 0) + 1);
    last.set(step.task, clock);
    clocks.push(clock);
    return [`${host} ${JSON.stringify(Object.fromEntries(clock))}`, eventText(failure, step)];
  });
}

function merge(clock: Map<string, number>, other: Clock | undefined): void {
  if (other === undefined) return;
  for (const [host, time] of other) if (time > (clock.get(host) ?? 0)) clock.set(host, time);
}

/** Names without spaces, each once. */
function hostNames({ tasks }: TimelineDocument): string[] {
  const taken = new Set<string>();
  return tasks.map(({ name }) => {
    const plain = name.replaceAll(/[^\p{L}\p{N}_.#~()-]+/gu, "_") || "task";
    let host = plain;
    for (let times = 2; taken.has(host); times += 1) host = `${plain}~${times}`;
    taken.add(host);
    return host;
  });
}

function eventText(failure: FailureDocument, { does, site, deviation }: StepDocument): string {
  const place = site === undefined ? undefined : failure.sites[site];
  const where = place === undefined ? "" : ` at ${place.file.slice(place.file.lastIndexOf("/") + 1)}:${place.line}`;
  return `${does}${where}${deviation === undefined ? "" : ` (plain JavaScript: ${deviation.does})`}`;
}
