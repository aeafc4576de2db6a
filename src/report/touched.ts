/** What of the world outside the steps of a race have in common. */
import { list, oneLine } from "./layout.ts";
import type { Race } from "./races.ts";
import type { Timeline, TimelineStep, Touched } from "./timeline.ts";

const MOST_TOLD = 2;

/** The race, with what its steps both use and one of them changes: `…; both touched orders.json`. */
export function withTouched(timeline: Timeline, race: Race): Race {
  const told = tellCommon(timeline, race);
  return told === "" ? race : { ...race, sentence: `${race.sentence}; ${told}` };
}

function tellCommon(timeline: Timeline, race: Race): string {
  const users = [...usersIn(timeline, stepsOf(timeline, race)), ...usersElsewhere(timeline)];
  const common = commonOf(users).filter(({ what }) => what !== race.touched && !race.sentence.includes(what));
  if (common.length === 0) return "";
  const names = shortNames([...new Set(common.map(({ what }) => what))]);
  return `${common.some(({ tasks }) => tasks > 2) ? "all" : "both"} touched ${list(names.slice(0, MOST_TOLD))}`;
}

/** Those that the race is told by, with all that ran within them, and what they went before. */
function stepsOf({ steps: all }: Timeline, { steps }: Race): TimelineStep[] {
  const own = steps.map((index) => all[index]!);
  const instead = new Set(own.map(({ deviation }) => deviation?.insteadOf));
  const told = new Set([...own, ...all.filter(({ event }) => instead.has(event))]);
  let isWithin = false;
  // Native code that went on within a step has a row of its own, behind it.
  return all.filter((step) => {
    if (step.legal.length > 0) isWithin = told.has(step);
    return isWithin || told.has(step);
  });
}

/** A use, and by whom. */
interface Use {
  readonly task: string | undefined;
  readonly caller: string;
  readonly touched: Touched;
}

function usersIn({ tasks }: Timeline, steps: readonly TimelineStep[]): Use[] {
  return steps.flatMap(({ task, site, touched }) => {
    const { path } = tasks[task] ?? {};
    const caller = `${path} ${site?.file}:${site?.line}:${site?.column}`;
    return (touched ?? []).map((one) => ({ task: path, caller, touched: one }));
  });
}

/** What never came to run before the failure ran where the body passes. */
function usersElsewhere({ cause }: Timeline): Use[] {
  const passing = cause?.passing?.timeline;
  if (passing === undefined) return [];
  const events = cause!.constraints.flatMap(({ before, after }) => [before, after]);
  const missing = events.flatMap(({ step, passingStep }) => (step === undefined && passingStep !== undefined ? [passing.steps[passingStep]!] : []));
  return usersIn(passing, missing);
}

interface Common {
  readonly what: string;
  /** How many have used it. */
  readonly tasks: number;
}

function commonOf(uses: readonly Use[]): Common[] {
  const places = new Map<string, Use[]>();
  for (const use of uses) places.set(use.touched.place, [...(places.get(use.touched.place) ?? []), use]);
  return [...places.values()].flatMap((own): Common[] => {
    const [callers, users] = [new Set(own.map(({ caller }) => caller)), new Set(own.map(({ task }) => task))];
    return callers.size > 1 && own.some(({ touched }) => touched.isWrite) ? [{ what: own[0]!.touched.what, tasks: users.size }] : [];
  });
}

/** The last parts of paths, as far as that tells them apart. */
export function shortNames(whats: readonly string[]): string[] {
  const short = whats.map((what) => (isPath(what) ? what.replace(/[\\/]+$/u, "").replace(/^.*[\\/](?=[^\\/])/su, "") : what));
  return whats.map((what, index) => oneLine(short.indexOf(short[index]!) === short.lastIndexOf(short[index]!) ? short[index]! : what));
}

function isPath(what: string): boolean {
  return /^(?:[/\\]|[a-z]:[/\\])/iu.test(what);
}
