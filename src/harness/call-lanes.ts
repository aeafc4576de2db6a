/**
 * Which calls of a body run beside others: each of them has a lane of its own in the report, as a spawned task has.
 *
 * What an event's stack shows is read as a tree of calls. The step that caused an event tells which call went on there;
 * the frames above that call's own on the stack are calls that it made and that have not returned yet. A call ends, for
 * the step it was made in, with its first await. A call is a lane if, between its first event and its last, its caller
 * or another call of its caller went on too.
 */
import { placeKey } from "../report/places.ts";
import { readQuietly, type ReadLine } from "../report/read-quietly.ts";
import type { Site } from "../report/timeline.ts";

/** A stack that was taken down. */
export interface CapturedCall {
  /** The user's frames that had not returned, innermost first. */
  readonly frames: readonly Site[];
  /** A package called the outermost of them, and nobody of the user's that package. */
  readonly isCalledByPackage: boolean;
  /** The place of the source at which an event was asked for, with the way that led there through packages; `undefined` of what was only noted or waited for. */
  readonly place: string | undefined;
  /** The row of the step that ran. */
  readonly row: number;
  /** Whether the innermost function waits there, and so goes back to its caller. */
  readonly isAwait: boolean;
}

/** One call of a function, as far as it causes events. */
export class Call {
  readonly caller: Call | undefined;
  /** The function's name, and where it was called. */
  functionName: string | undefined;
  readonly calledAt: Site | undefined;
  readonly first: number;
  last: number;
  readonly calls: Call[] = [];
  /** Rows in which this very function went on. */
  readonly rows: number[] = [];
  /** Places that have been seen while it was open. */
  readonly seen: Set<string> = new Set();
  /** Whether it may go on in the step that it was made in. */
  isOpen: boolean = true;

  constructor(caller: Call | undefined, functionName: string | undefined, calledAt: Site | undefined, row: number) {
    this.caller = caller;
    this.functionName = functionName;
    this.calledAt = calledAt;
    this.first = row;
    this.last = row;
  }

  /** The lane that it goes in: its own, or its caller's. */
  get lane(): Call {
    return this.caller === undefined || this.isBesideOthers ? this : this.caller.lane;
  }

  /** Its name (of a method, without its class), or that of the first function with a name that it calls and that has no lane of its own. */
  get name(): string | undefined {
    return this.functionName?.replace(/^.*\./, "") ?? this.calls.find(({ name, lane }) => name !== undefined && lane === this.lane)?.name;
  }

  private get isBesideOthers(): boolean {
    const { caller, first, last } = this;
    if (caller === undefined) return false;
    const beside = caller.calls.some((other) => other !== this && other.first < last && first < other.last);
    return beside || caller.rows.some((row) => row > first && row < last);
  }
}

export class CallTree {
  readonly body: Call = new Call(undefined, undefined, undefined, 0);
  private readonly known: Map<unknown, Call> = new Map();
  /** Calls that wait, those first that have waited longest: natively they go on in this order. */
  private readonly waiting: Call[] = [];
  /** The call that goes on now, and in which row. */
  private current: Call = this.body;
  private row = -1;

  /**
   * A stack was taken down. To be told of all, in their order.
   * @param origin - by which it is known.
   * @param ran - the call with which the row's step went on.
   */
  captured(origin: unknown, ran: Call, { frames, isCalledByPackage, place, row, isAwait }: CapturedCall): void {
    const outermost = frames.at(-1);
    if (row === 0 && !isCalledByPackage) this.body.functionName ??= outermost?.functionName;
    if (row !== this.row) this.begins(ran, row);
    // What a package goes on with is part of the call that waits for the package.
    const isPart = isCalledByPackage && ran !== this.body;
    if (isPart) {
      this.known.set(origin, ran);
      return;
    }
    let call = outermost === undefined ? ran : this.goingOn(ran, outermost, row);
    for (let index = frames.length - 2; index >= 0; index -= 1) call = this.made(call, frames, index, place, row);
    if (isAwait && frames.length > 0) {
      call.isOpen = false;
      this.waiting.push(call);
    }
    this.known.set(origin, call);
  }

  /** The call that a stack was taken down in. */
  of(origin: unknown): Call | undefined {
    return this.known.get(origin);
  }

  /** A step ran that went on with this call. */
  ran(call: Call, row: number): void {
    call.rows.push(row);
    this.reaches(call, row);
  }

  /** What it waits for never came. */
  hangs(call: Call): void {
    this.reaches(call, Number.POSITIVE_INFINITY);
  }

  /** All lanes, in the order in which they begin. */
  lanes(): readonly Call[] {
    const lanes = new Set<Call>();
    const visit = (call: Call): void => {
      lanes.add(call.lane);
      for (const one of call.calls) visit(one);
    };
    visit(this.body);
    return [...lanes];
  }

  private reaches(from: Call, row: number): void {
    for (let call: Call | undefined = from; call !== undefined; call = call.caller) call.last = Math.max(call.last, row);
  }

  private begins(ran: Call, row: number): void {
    this.row = row;
    this.current = ran;
    this.goesOn(ran);
  }

  private goesOn(call: Call): void {
    const at = this.waiting.indexOf(call);
    if (at >= 0) this.waiting.splice(at, 1);
    this.current = call;
  }

  /** The call whose function is the outermost on the stack: natively others may go on in the same step. */
  private goingOn(ran: Call, outermost: Site, row: number): Call {
    const { functionName } = outermost;
    if (functionName === undefined) return ran;
    if (this.current.functionName === functionName && !this.waiting.includes(this.current)) return this.current;
    const next = this.waiting.find((call) => call.functionName === functionName);
    if (next !== undefined) {
      this.goesOn(next);
      return next;
    }
    for (let call: Call | undefined = ran; call !== undefined; call = call.caller) if (call.functionName === functionName) return call;
    // Somebody else's function, called from within this step by a library: it is one more call of the body's.
    return this.child(this.body, functionName, outermost, row);
  }

  private made(caller: Call, frames: readonly Site[], index: number, place: string | undefined, row: number): Call {
    const calledAt = frames[index + 1]!;
    const { functionName } = frames[index]!;
    const found = this.child(caller, functionName, calledAt, row);
    if (index > 0 || place === undefined) return found;
    // The same place once more, and nothing has been waited for: a loop, or `map`.
    if (!found.seen.has(place) || found.first !== row) {
      found.seen.add(place);
      return found;
    }
    found.isOpen = false;
    const next = this.child(caller, functionName, calledAt, row);
    next.seen.add(place);
    return next;
  }

  private child(caller: Call, functionName: string | undefined, calledAt: Site, row: number): Call {
    const at = placeKey(calledAt);
    const open = caller.calls.findLast((call) => call.isOpen && call.first === row && call.functionName === functionName && call.calledAt !== undefined && placeKey(call.calledAt) === at);
    if (open !== undefined) return open;
    const call = new Call(caller, functionName, calledAt, row);
    caller.calls.push(call);
    return call;
  }
}

/**
 * The names of lanes: of several calls of one function each says what it was called with, where the source tells them
 * apart by that (`user("a")`, `user("b")`).
 */
export function laneNames(lanes: readonly Call[], readLine: ReadLine): readonly string[] {
  return lanes.map((lane) => {
    const name = lane.name ?? (lane.caller === undefined ? "main" : (handedTo(lane, readLine) ?? "a call"));
    const alike = lanes.filter((other) => other.name === lane.name);
    if (alike.length === 1) return name;
    const written = alike.map((other) => writtenCall(other, readLine));
    const isTold = written.every((text) => text !== undefined) && new Set(written).size === alike.length;
    return isTold ? written[alike.indexOf(lane)]! : name;
  });
}

/** `map callback`, of a function without a name that was handed to one that calls it. */
function handedTo({ calledAt }: Call, readLine: ReadLine): string | undefined {
  const text = calledAt === undefined ? undefined : readQuietly(readLine, calledAt.file, calledAt.line)?.slice(calledAt.column - 1);
  const name = /^(?:new )?([A-Za-z_$][\w$]{0,40})\(/.exec(text ?? "")?.[1];
  return name === undefined ? undefined : `${name} callback`;
}

/** `user("a")`, as it stands in the source: with nothing but literals. */
function writtenCall({ functionName, calledAt }: Call, readLine: ReadLine): string | undefined {
  if (calledAt === undefined || functionName === undefined) return undefined;
  const text = readQuietly(readLine, calledAt.file, calledAt.line)?.slice(calledAt.column - 1) ?? "";
  const found = /^(?:await )?(?:[\w$]+\.)*([\w$]+)\(((?:"[^"\\]{0,20}"|'[^'\\]{0,20}'|-?[\d.]{1,12}|true|false|null|, )*)\)/.exec(text);
  return found === null || found[2] === "" ? undefined : `${found[1]!}(${found[2]!})`;
}
