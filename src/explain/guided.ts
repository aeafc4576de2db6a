import { isOptional, type PendingEvent } from "../engine/event.ts";
import type { RandomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { Keys } from "./keys.ts";

/** "The event `before` runs before the event `after`", by their keys: see `Keys`. */
export interface KeyOrder {
  readonly before: number;
  readonly after: number;
}

/**
 * How it goes on behind its prefix.
 *
 * - `walk`: each legal event with the same probability.
 * - `tasks`: one task as far as it goes, then another one, drawn at random. What two tasks can do to each other only if
 *   they overlap does not happen here.
 * - `plain`: as plain JavaScript would.
 */
export type Continuation = "walk" | "tasks" | "plain";

const NONE: readonly KeyOrder[] = [];

/** What one execution is to be like. */
export interface Guide {
  /** So many decisions are those of the failing course. */
  readonly prefix: number;
  readonly then: Continuation;
  /** Orders to be kept, behind the prefix. */
  readonly keep?: readonly KeyOrder[];
  /** Not to be taken at the first decision behind the prefix. */
  readonly avoid?: number;
}

/**
 * Follows a failing course for a while, and goes on at random, but so that given orders are kept: an event waits until
 * the one that is to come before it has run. Where nothing else is left it runs, and the order is not kept.
 * One object serves all executions of an analysis: `guide` sets up the next one.
 */
export class Guided implements Strategy {
  readonly name: string = "guided";
  readonly isRandom: boolean = true;
  /** The course that it follows counts decisions as a schedule does. */
  readonly followsSchedule: boolean = true;
  /** When each event ran, counted in steps. */
  readonly ranAt: Map<number, number> = new Map();
  /** Events that were legal at a decision, but optional ones. */
  readonly seen: Map<number, string> | undefined;
  /** The events that ran, by key, with the number of decisions before. */
  readonly course: { readonly key: number; readonly id: string; readonly decisions: number }[] | undefined;
  private readonly keys: Keys = new Keys();
  private readonly source: RandomSource;
  /** Index by decision, where it is not 0. */
  private readonly picks: ReadonlyMap<number, number>;
  /** Whether faults and aborts may happen behind the prefix: the failing course has some. */
  readonly invites: boolean;
  private current: Guide = { prefix: 0, then: "plain" };
  private decisions = 0;
  /** Of the roots of tasks: the lower, the earlier. */
  private priorities: Map<number, number> = new Map();

  /**
   * @param choices - of the failing course: flat pairs of decision and index.
   * @param isNoting - whether ids and legal events are noted, which costs.
   */
  constructor(choices: readonly number[], source: RandomSource, invites: boolean, isNoting: boolean) {
    this.source = source;
    this.invites = invites;
    const picks = new Map<number, number>();
    for (let at = 0; at < choices.length; at += 2) picks.set(choices[at]!, choices[at + 1]!);
    this.picks = picks;
    this.seen = isNoting ? new Map() : undefined;
    this.course = isNoting ? [] : undefined;
  }

  guide(next: Guide): void {
    this.current = next;
    this.ranAt.clear();
    this.keys.clear();
    this.decisions = 0;
    this.priorities = new Map();
  }

  pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    this.decisions = decision + 1;
    // Named in plain JavaScript's order, which is the same each time, and not in that in which they run.
    for (const event of legal) this.keys.of(event);
    if (this.seen !== undefined) this.noteLegal(legal);
    if (decision < this.current.prefix) return legal[this.picks.get(decision) ?? 0] ?? legal[0]!;
    const allowed = this.allowed(legal, decision);
    if (allowed.length === 1) return allowed[0]!;
    if (this.current.then === "plain") return allowed[0]!;
    if (this.current.then === "walk") return allowed[this.source.below(allowed.length)]!;
    return this.ofFirstTask(allowed);
  }

  ran(event: PendingEvent): void {
    const key = this.keys.of(event);
    this.keys.ran(event);
    this.ranAt.set(key, this.ranAt.size);
    this.course?.push({ key, id: event.id, decisions: this.decisions });
  }

  private noteLegal(legal: readonly PendingEvent[]): void {
    for (const event of legal) {
      if (isOptional(event.kind)) continue;
      const key = this.keys.of(event);
      if (!this.seen!.has(key)) this.seen!.set(key, event.id);
    }
  }

  private allowed(legal: readonly PendingEvent[], decision: number): readonly PendingEvent[] {
    const { keep = NONE, avoid, prefix } = this.current;
    const avoided = decision === prefix ? avoid : undefined;
    // Optional events are behind all others.
    const hasOptional = !this.invites && isOptional(legal.at(-1)!.kind);
    if (keep.length === 0 && avoided === undefined && !hasOptional) return legal;
    const free: PendingEvent[] = [];
    for (const event of legal) {
      if (!this.invites && isOptional(event.kind)) continue;
      if (event.key !== avoided && !this.isHeld(event, keep)) free.push(event);
    }
    if (free.length > 0) return free;
    const rest = legal.filter((event) => !isOptional(event.kind));
    return rest.length > 0 ? rest : legal;
  }

  private isHeld(event: PendingEvent, keep: readonly KeyOrder[]): boolean {
    for (const { before, after } of keep) if (after === event.key && !this.ranAt.has(before)) return true;
    return false;
  }

  /** The newest event of the task that comes first. */
  private ofFirstTask(allowed: readonly PendingEvent[]): PendingEvent {
    let best = allowed[0]!;
    for (const event of allowed) if (this.priority(event) <= this.priority(best)) best = event;
    return best;
  }

  private priority({ task }: PendingEvent): number {
    let root = task;
    while (root.parent !== undefined && root.spawned === undefined) {
      if (root.parent.parent === undefined && root.parent.spawned === undefined) break;
      root = root.parent;
    }
    const known = this.priorities.get(root.hash);
    if (known !== undefined) return known;
    const drawn = this.source.unit();
    this.priorities.set(root.hash, drawn);
    return drawn;
  }
}
