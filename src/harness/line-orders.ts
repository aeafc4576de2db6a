import { isOptional, type EventKind, type PendingEvent } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import type { Recorder } from "../engine/execution-settings.ts";
import type { OriginRecorder } from "../host/control.ts";
import { captureStack, rawUserPlace, userSites, type CapturedStack } from "../host/stack.ts";
import type { CoveredLine, LinePair, OrderCoverage } from "../report/order-coverage/order-coverage.ts";
import { readQuietly } from "../report/read-quietly.ts";
import type { Site } from "../report/timeline.ts";
import { readLine } from "./environment.ts";

/** Events that are looked at beside the one that runs. */
const MOST_LEGAL = 64;
/** A pair is kept as one number. */
const PAIRED = 2 ** 20;

/** A line of the user's at which events stand. */
class Line {
  readonly position: number;
  readonly site: Site;

  constructor(position: number, site: Site) {
    this.position = position;
    this.site = site;
  }
}

/** What of a line an event is, as a number from 0. */
const PHASES = [undefined, "asked", "answered"] as const;

function phaseOf(kind: EventKind): number {
  return kind === "request" ? 1 : kind === "completion" ? 2 : 0;
}

/**
 * Counts, while a search runs, which of two lines went first where both could. It stands in for a recorder: to know where
 * an event was caused costs a look at the stack for each, so nobody has it who has not asked for it.
 */
export class LineOrders implements Recorder<Execution>, OriginRecorder {
  private executions = 0;
  private readonly lines: Line[] = [];
  private readonly byPlace = new Map<string, Line>();
  /** By the place as the runtime has it, which is cheap to get; `undefined` for what is nobody's of the user's. */
  private readonly byRawPlace = new Map<string, Line | undefined>();
  private readonly counts = new Map<number, number>();

  begin(): void {
    this.executions += 1;
  }

  step(event: PendingEvent, legal: readonly PendingEvent[]): void {
    if (legal.length < 2 || isOptional(event.kind)) return;
    const first = this.pointOf(event);
    if (first < 0) return;
    for (let at = 0; at < legal.length && at < MOST_LEGAL; at += 1) {
      const other = legal[at]!;
      if (other.task === event.task || isOptional(other.kind)) continue;
      const second = this.pointOf(other);
      if (second < 0 || second === first) continue;
      const pair = first * PAIRED + second;
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + 1);
    }
  }

  end(): void {}

  waits(): void {}

  within<Result>(_task: unknown, action: () => Result): Result {
    return action();
  }

  origin(above: Function): Line | undefined {
    const raw = rawUserPlace(above);
    if (raw === undefined) return undefined;
    if (!this.byRawPlace.has(raw)) this.byRawPlace.set(raw, this.lineAt(userSites(captureStack(above))[0]));
    return this.byRawPlace.get(raw);
  }

  /** @param test - its name. */
  coverage(test: string | undefined): OrderCoverage {
    const pairs: LinePair[] = [];
    const lines: CoveredLine[] = [];
    const positions = new Map<number, number>();
    const position = (point: number): number => {
      let known = positions.get(point);
      if (known === undefined) positions.set(point, (known = lines.push(this.lineAtPoint(point)) - 1));
      return known;
    };
    for (const [pair, times] of this.counts) {
      const [first, second] = [Math.floor(pair / PAIRED), pair % PAIRED];
      const reverse = this.counts.get(second * PAIRED + first);
      // A pair in both orders is told once.
      if (first > second && reverse !== undefined) continue;
      pairs.push({ one: position(first), other: position(second), oneFirst: times, otherFirst: reverse ?? 0 });
    }
    return { format: "heddle-orders", version: 1, tests: test === undefined ? [] : [test], executions: this.executions, lines, pairs };
  }

  private lineAtPoint(point: number): CoveredLine {
    const { site } = this.lines[Math.floor(point / PHASES.length)]!;
    const phase = PHASES[point % PHASES.length];
    const code = readQuietly(readLine, site.file, site.line);
    return { file: site.file, line: site.line, ...(phase === undefined ? {} : { phase }), ...(code === undefined ? {} : { code }) };
  }

  /** The line at which an event stands, and what of it the event is: one number, -1 where it is nobody's of the user's. */
  private pointOf(event: PendingEvent): number {
    const line = this.lineOf(event);
    return line === undefined ? -1 : line.position * PHASES.length + phaseOf(event.kind);
  }

  /** In an execution that has a recorder of its own, events carry whole stacks. */
  private lineOf({ origin }: PendingEvent): Line | undefined {
    if (origin === undefined || origin instanceof Line) return origin;
    return this.lineAt(userSites(origin as CapturedStack)[0]);
  }

  private lineAt(site: Site | undefined): Line | undefined {
    if (site === undefined) return undefined;
    const place = `${site.file}:${site.line}`;
    let line = this.byPlace.get(place);
    if (line === undefined) {
      line = new Line(this.lines.length, site);
      this.lines.push(line);
      this.byPlace.set(place, line);
    }
    return line;
  }
}
