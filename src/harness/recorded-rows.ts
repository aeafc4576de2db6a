import type { PendingEvent, Task } from "../engine/event.ts";
import { openCalls, type CapturedStack } from "../host/stack.ts";
import { readQuietly, type ReadLine } from "../report/read-quietly.ts";
import type { Note, Site, Touched } from "../report/timeline.ts";
import { CallTree, type Call } from "./call-lanes.ts";
import type { RecordedSites } from "./recorded-sites.ts";

/** What was noted, and the stack that it was noted at. */
export interface RawNote {
  readonly origin: unknown;
  readonly make: () => Note;
}

/** A row of a recording. */
export interface RawStep {
  /** `undefined` for the body's start, and where native code went on under `production`. */
  readonly event: PendingEvent | undefined;
  readonly task: Task;
  readonly origin: unknown;
  readonly atMs: number;
  readonly legal: readonly PendingEvent[];
  readonly index: number;
  readonly notes: RawNote[];
  readonly after: readonly number[];
  /** What it used of the world outside besides what its event did, by its place. */
  touched?: Map<string, Touched>;
}

/** A stack that was taken down, and in which row. */
export interface Captured {
  readonly origin: unknown;
  readonly row: number;
  /** It is of what was noted there, and of no event. */
  readonly isNote: boolean;
  isAwait: boolean;
}

/** Whether the function at this place hands back the promise that it makes there, and waits for nothing itself (`sleep`). */
function isHandedBack({ file, line, column }: Site, readLine: ReadLine): boolean {
  return /(?:=>|\breturn)\s*$/u.test(readQuietly(readLine, file, line)?.slice(0, column - 1) ?? "");
}

/** The calls as the captured stacks show them: a timer of a helper such as `sleep` is the timer of who has called that. */
export function callsOf(steps: readonly RawStep[], captured: readonly Captured[], hanging: readonly unknown[], sites: RecordedSites, readLine: ReadLine): CallTree {
  const tree = new CallTree();
  const asked = askedFor(steps);
  const ranIn = (row: number): Call => tree.of(steps[row]!.event?.origin) ?? tree.body;
  for (const { origin, row, isNote, isAwait } of captured) {
    const { frames, isCalledByPackage, isInnermost, place, isExecutor } = openCalls(origin as CapturedStack);
    const isOfHelper = isExecutor && frames.length > 1 && asked.get(origin)?.startsWith("timer ") === true && isHandedBack(frames[0]!, readLine);
    const own = (isOfHelper ? frames.slice(1) : frames).filter((site) => !sites.handsOn(site));
    // What awaits may be a package, or a function that is no call: the call below it has not gone back to its caller.
    const awaits = isAwait && isInnermost && own[0] === frames[0];
    // What waits for several promises is there several times, and one call may ask for several things (a server's address,
    // and its connections): only the same thing asked for twice tells of two calls.
    tree.captured(origin, ranIn(row), { frames: own, isCalledByPackage, place: isNote || isAwait ? undefined : `${asked.get(origin) ?? ""} ${place}`, row, isAwait: awaits });
  }
  for (const row of steps.keys()) tree.ran(ranIn(row), row);
  for (const origin of hanging) {
    const call = tree.of(origin);
    if (call !== undefined) tree.hangs(call);
  }
  return tree;
}

/** What was asked for with each stack, as far as it could run before the end. */
function askedFor(steps: readonly RawStep[]): ReadonlyMap<unknown, string> {
  const events = steps.flatMap(({ event, legal }) => (event === undefined ? legal : [event, ...legal]));
  return new Map(events.map(({ origin, kind, label }) => [origin, `${kind} ${label ?? ""}`]));
}

/** Natively several calls go on within one step: each has a row of its own for what was noted of it. */
export function rowsByLane(steps: readonly RawStep[], calls: CallTree): RawStep[] {
  const rows: RawStep[] = [];
  const places = new Map<number, number>();
  for (const [index, step] of steps.entries()) {
    const lane = (calls.of(step.event?.origin) ?? calls.body).lane;
    const first = rows.length;
    places.set(index, first);
    rows.push({ ...step, notes: [], after: step.after.map((row) => places.get(row) ?? row) });
    let last = lane;
    for (const note of step.notes) {
      const own = note.origin === undefined ? last : (calls.of(note.origin)?.lane ?? last);
      if (own !== last) rows.push({ event: undefined, task: step.task, origin: note.origin, atMs: step.atMs, legal: [], index: 0, notes: [], after: [first] });
      last = own;
      rows.at(-1)!.notes.push(note);
    }
  }
  return rows;
}
