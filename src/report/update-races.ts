/** Lost updates of what is outside the program: files, rows, what is behind an address. */
import { taskName, taskNames } from "./names.ts";
import type { Race } from "./races.ts";
import { shortNames } from "./touched.ts";
import type { Timeline, TimelineStep } from "./timeline.ts";

/** Uses of one thing by one task that are looked at. */
const MOST_USES = 30;
/** What is opened, closed or looked for is not read or written by that. */
const HANDLING = /\b(?:open|close|access|[fl]?stat)\b/iu;

interface Use {
  readonly step: number;
  readonly isWrite: boolean;
}

/** What one task has read of a thing before it wrote it, and the first that it wrote then. */
interface Update {
  readonly task: number;
  readonly reads: readonly number[];
  readonly write: number;
}

/** Of each thing the updates by two tasks that have both read it before either wrote it: what a timeline shows, whatever brought it about. */
export function updateRaces(timeline: Timeline): readonly Race[] {
  return [...usesIn(timeline)].flatMap(([what, byTask]) => {
    const updates = [...byTask].flatMap(([task, uses]) => updatesIn(task, uses.slice(-MOST_USES)));
    return updates.flatMap((one, at) => updates.slice(at + 1).flatMap((other) => (areTwins(one, other) ? [lostUpdate(timeline, what, one, other)] : [])));
  });
}

function updatesIn(task: number, uses: readonly Use[]): Update[] {
  const updates: Update[] = [];
  let reads: number[] = [];
  for (const { step, isWrite } of uses) {
    if (!isWrite) reads.push(step);
    else if (reads.length > 0) {
      updates.push({ task, reads, write: step });
      reads = [];
    }
  }
  return updates;
}

function areTwins(one: Update, other: Update): boolean {
  return one.task !== other.task && Math.max(one.reads[0]!, other.reads[0]!) < Math.min(one.write, other.write);
}

function lostUpdate(timeline: Timeline, what: string, one: Update, other: Update): Race {
  const name = shortNames([what])[0]!;
  const names = taskNames(timeline);
  const told = ({ task }: Update): string => taskName(names, task);
  const [early, late] = one.reads[0]! < other.reads[0]! ? [one, other] : [other, one];
  const [first, second] = one.write < other.write ? [one, other] : [other, one];
  return {
    sentence: `lost update: ${told(early)} and ${told(late)} both read ${name} before either wrote it`,
    places: [
      { what: `${told(second)} read ${name}`, site: timeline.steps[second.reads[0]!]!.site },
      { what: `${told(first)} wrote ${name}`, site: timeline.steps[first.write]!.site },
    ],
    steps: [early.reads[0]!, late.reads[0]!, first.write, second.write],
    orders: [...one.reads.map((read) => [read, other.write] as const), ...other.reads.map((read) => [read, one.write] as const)],
    touched: what,
  };
}

/** By what is used: each task's uses. */
function usesIn({ steps }: Timeline): Map<string, Map<number, Use[]>> {
  const found = new Map<string, Map<number, Use[]>>();
  for (const [index, step] of steps.entries()) {
    for (const { what, isWrite } of isUse(step) ? (step.touched ?? []) : []) {
      const byTask = found.get(what) ?? new Map<number, Use[]>();
      found.set(what, byTask);
      const uses = byTask.get(step.task) ?? [];
      byTask.set(step.task, uses);
      if (uses.at(-1)?.step !== index || uses.at(-1)?.isWrite !== isWrite) uses.push({ step: index, isWrite });
    }
  }
  return found;
}

function isUse({ kind, label }: TimelineStep): boolean {
  return kind === "request" && label !== undefined && !HANDLING.test(label);
}
