/**
 * The one model of an execution that every renderer reads: plain data, JSON-safe but for `error`.
 * It is made on a replay that records everything; the search itself records nothing of this.
 */
import type { EventKind } from "../engine/event.ts";
import type { OrderName } from "../engine/options.ts";

/** A place in the source, the user's wherever there is one, after source maps where the runtime applies them. */
export interface Site {
  /** Absolute path, or a URL where the source has no file. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The function that stands there, `undefined` at a module's top level. */
  readonly functionName: string | undefined;
  /** The package that it stands in, where nobody of the user's was on the stack. */
  readonly package?: string;
}

/**
 * Something seen while a step ran: a value that crossed a boundary, or the user's own words. The request and the answer
 * of one call carry the same `call`: the id of its request event. Without it, they are matched by name and order.
 */
export type Note =
  | { readonly type: "read"; readonly object: string; readonly key: string; readonly value: string; readonly site: Site | undefined }
  | { readonly type: "write"; readonly object: string; readonly key: string; readonly value: string; readonly previous: string; readonly site: Site | undefined }
  | { readonly type: "request"; readonly name: string; readonly value: string; readonly call?: string | undefined }
  | { readonly type: "answer"; readonly name: string; readonly value: string; readonly failed: boolean; readonly call?: string | undefined }
  | { readonly type: "log"; readonly text: string };

/** One event that ran until control was back at the scheduler. */
export interface TimelineStep {
  /** 0 is the body's own synchronous start. */
  readonly index: number;
  /** The event's path id, `checkout#3`. */
  readonly event: string;
  readonly kind: EventKind;
  /** What the event is called where it has a name: an io boundary's, a timer's delay. */
  readonly label: string | undefined;
  /** Index into `Timeline.tasks`. */
  readonly task: number;
  /** Where the event was caused: the await, the `.then(`, the `setTimeout(` … */
  readonly site: Site | undefined;
  /** The innermost place in a package on the same stack: where `site` is the user's, and a package was in between. */
  readonly inner?: Site;
  /** Virtual milliseconds since the execution began. */
  readonly atMs: number;
  readonly notes: readonly Note[];
  /** What of the world outside it used, where that is known: files by their paths, HTTP requests, tables. */
  readonly touched?: readonly Touched[];
  /** Ids of the events that could have run here, in the order plain JavaScript would take them: one or more, at most 100. */
  readonly legal: readonly string[];
  /** Set where the schedule did not take the first of `legal`. */
  readonly deviation: StepDeviation | undefined;
  /**
   * Positions of earlier steps without which this one could not run: the one that asked for its event, and the one that
   * made it ready. As far as they are known; in ascending order.
   */
  readonly after?: readonly number[];
  /**
   * Of executions that took the same course up to this step, this one included, and went on at random: how many failed
   * alike. Absent where it was not measured. See `Cause`.
   */
  readonly share?: Share;
}

/** Something outside the program: a file, what an HTTP request asks for, a table. */
export interface Touched {
  /** Two that use one place may meet. */
  readonly place: string;
  /** An absolute path, `GET /menu`, `table orders of db`. */
  readonly what: string;
  readonly isWrite: boolean;
}

/** So many of so many executions. */
export interface Share {
  readonly failed: number;
  readonly of: number;
}

/** What executions have shown about why this one failed. */
export interface Cause {
  /** Random executions with nothing fixed: what share of them fails alike. Where all do, it is no race. */
  readonly base: Share;
  /** Positions in `steps` at which the failure was decided: the shares jump there. In the order of the steps. */
  readonly deciding: readonly number[];
  /** Orders of events that this execution has. Together they make the failure, as far as `kept` says. */
  readonly constraints: readonly OrderConstraint[];
  /** Random executions that kept all of `constraints`. */
  readonly kept: Share;
  /** The nearest execution that was seen to pass; absent where none was. */
  readonly passing?: PassingOrder;
  /** The time (`shrinkMs`) was up before all of it was measured. */
  readonly isCutShort: boolean;
}

/** "`before` ran before `after`", with what became of random executions that keep it, and of those that break it. */
export interface OrderConstraint {
  readonly before: OrderedEvent;
  readonly after: OrderedEvent;
  readonly kept: Share;
  readonly broken: Share;
}

/** One of the two events of a constraint. */
export interface OrderedEvent {
  /** Its path id, as in `TimelineStep.event`. */
  readonly event: string;
  /** Its position in `Timeline.steps`; absent where it did not run before the failure. */
  readonly step?: number;
  /** Its position in the steps of the passing order; absent where it did not run there. */
  readonly passingStep?: number;
}

/** An execution that passes, and differs little from the one that failed. */
export interface PassingOrder {
  /** It has no `cause` of its own. */
  readonly timeline: Timeline;
  /** The position of the first step that is another: all before are the same in both. */
  readonly partsAt: number;
}

export interface StepDeviation {
  readonly kind: "skip" | "starve";
  /** The event that plain JavaScript would have run here. */
  readonly insteadOf: string;
  readonly insteadOfTask: number;
  readonly insteadOfSite: Site | undefined;
  /** What that event is: the only source of it where it never ran. */
  readonly insteadOfKind?: EventKind | undefined;
  readonly insteadOfLabel?: string | undefined;
  /** That event is one of a task that is held back as a whole: see `Deviation.holdsTask`. */
  readonly holdsTask?: boolean;
}

export interface TimelineTask {
  /** `main`, `checkout`, `main.2` … */
  readonly path: string;
  /** What to head its column with: the spawned name, else the async function it runs, else the path. */
  readonly name: string;
}

/** What a task did, and where. */
export interface Placed {
  readonly task: number;
  readonly site: Site;
}

/** Something still waiting when the execution ended. */
export interface Waiter {
  readonly task: number;
  /** `await`, `timer` … */
  readonly kind: EventKind;
  readonly site: Site | undefined;
  /** What it waits for, in words: "a promise that nothing settled", "timer of 30 ms". */
  readonly waitsFor: string;
  /** Who made the promise that it waits for, and where, as far as that was seen. */
  readonly made?: Placed;
  /** The event that it listens for was told before it listened, by whom, and never again. */
  readonly missed?: { readonly name: string; readonly by: string; readonly site: Site };
  /** The last await of this task before, which it did get past: often where it took what another waits for. */
  readonly passed?: Site | undefined;
}

export interface Timeline {
  readonly version: 1;
  readonly order: OrderName;
  readonly tasks: readonly TimelineTask[];
  readonly steps: readonly TimelineStep[];
  readonly waiting: readonly Waiter[];
  /** Awaits that ended, with the step in which what they waited for was settled. Of a deadlock, and of what passes beside it. */
  readonly settled?: readonly (Placed & { readonly step: number })[];
  /** Timers still armed and tasks never awaited when the body ended, in words. */
  readonly leaks: readonly string[];
  /** Shrinking was cut short: some of the deviations may have nothing to do with the failure. */
  readonly isUnshrunk?: boolean;
  /** Absent where nothing was measured: no schedule replays, or there was no time at all. */
  readonly cause?: Cause;
}
