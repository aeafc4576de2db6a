import { PendingEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { EVERYTHING } from "../../engine/provenance.ts";
import { captureContext, type AsyncContext } from "../context.ts";
import { chain } from "../promises/chain.ts";
import { control } from "../control.ts";
import { countLocalPorts, pollPorts } from "../messages/generations.ts";
import { reinstatePatches } from "../patches.ts";
import { giveUpTraffic, hasForeignTraffic, hasListeners, isTraffic } from "../io/sockets/traffic.ts";
import { noteProcess, restoreExitCode } from "../process/process-state.ts";
import { natives, nextTurn, nodeProcess, realNow } from "../natives.ts";

/** While other events could run: how long to wait for an operation that shows no sign of life. */
const BUSY_MS = 1000;
/** While nothing can run: how long to wait for an operation that is known, or suspected, to be under way. */
const IDLE_MS = 4000;
/** While nothing can run and nothing is known to be under way. */
const GRACE_MS = 40;
/** Once the execution is judged: how long to wait for the answers to what it has left under way. */
const LEFT_MS = 250;

/** What has happened outside: the completion of a real operation, or something delivered. */
export class OutsideEvent extends PendingEvent {
  context: AsyncContext | undefined;
  finish: () => void = () => undefined;

  override run(): void {
    if (this.context === undefined) this.finish();
    else this.context.runInAsyncScope(this.finish);
  }

  arrive(execution: Execution): void {
    lastSign = realNow();
    execution.arriveFromOutside(this);
  }
}

/** Names of operations that were still under way when a wait for them was given up, or that cannot be ordered. */
export const uncontrolled: Set<string> = new Set();

/**
 * What the execution has opened that delivers when the machine does: sockets of this process, which are quiet as soon
 * as the event loop sees nothing of them, or parts that work beside it, for which only time tells.
 */
export type Reach = "sockets" | "beside";
let reach: Reach | undefined;
/** Turns of the event loop without any I/O event after which sockets are taken to be quiet. */
const QUIET_TURNS = 3;
/** Real ms for which the parts that work beside must have been silent. */
const SILENCE_MS = 5;

/**
 * Said by whatever opens one.
 * @param name - in the verdict, where nobody controls when it delivers.
 */
export function noteReach(kind: Reach, name?: string): void {
  if (name !== undefined) uncontrolled.add(name);
  control.execution?.tracer?.touch(EVERYTHING, true);
  if (reach !== "beside") reach = kind;
}

/** Real ms for which a part that works beside is given to answer what it was asked. */
const ANSWER_MS = 300;
/** Those that were asked and have not said anything since. */
const asked: Set<object> = new Set();
/** Those that were waited for in vain, and have not said anything since. */
const silent: WeakSet<object> = new WeakSet();

/** A part that works beside is asked something: most answer, and then nothing is decided before they do. */
export function noteAsked(part: object): void {
  if (!silent.has(part)) asked.add(part);
}

export function noteAnswered(part: object): void {
  asked.delete(part);
  silent.delete(part);
}

function giveUpAsked(): void {
  for (const part of asked) silent.add(part);
  asked.clear();
}

/** Operations that the execution has begun and that have not arrived. */
const underWay: Set<OutsideEvent> = new Set();
let outstanding = 0;
/** Those of them that may be waiting for what the body itself serves. */
let outstandingRequests = 0;
let lastSign = 0;
let hasGivenUp = false;
/** Graces that ended with nothing arriving, since something last did: they make the next ones shorter. */
let fruitless = 0;
/** The same of waits for what executions have left under way. */
let leftInVain = 0;
/** Executions to which something came while nothing was known to be under way. One may have loaded a module. */
let surprised = 0;
let isSurprised = false;
const SURPRISE = "what heddle did not see begin (an addon's own threads, or a function that was kept before heddle was imported)";
/** What the runtime calls its resources for ports. */
const PORT = "MessagePort";
let baseline: ReadonlyMap<string, number> = new Map();

function begin(name: string, above: Function): { readonly event: OutsideEvent; readonly execution: Execution } {
  const execution = control.execution!;
  const event = new OutsideEvent("outside", execution.task);
  event.label = name;
  event.context = captureContext("heddle.outside");
  event.origin = control.recorder?.origin(above);
  execution.register(event);
  execution.tracer?.touch(EVERYTHING, true);
  outstanding += 1;
  underWay.add(event);
  return { event, execution };
}

function arrive(event: OutsideEvent, execution: Execution, finish: () => void): void {
  if (abandoned.has(execution)) return;
  if (execution.over || execution !== control.execution) {
    control.asNobody(finish);
    return;
  }
  outstanding -= 1;
  underWay.delete(event);
  event.finish = finish;
  event.arrive(execution);
}

/**
 * A promise for the same result as a real operation's, settled when the scheduler picks its completion.
 * @param isRequest - somebody answers it, and that may be the body itself.
 */
export function orderPromise(name: string, promise: Promise<unknown>, above: Function, isRequest: boolean): Promise<unknown> {
  const { event, execution } = begin(name, above);
  if (isRequest) outstandingRequests += 1;
  const settle = (finish: () => void): void => {
    if (isRequest && execution === control.execution) outstandingRequests -= 1;
    arrive(event, execution, finish);
  };
  const { promise: ordered, resolve, reject } = deferred();
  chain(
    promise,
    (value) => settle(() => resolve(value)),
    (reason) => settle(() => reject(reason)),
    ordered,
  );
  return ordered;
}

interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

function deferred(): Deferred {
  let [resolve, reject]: [Deferred["resolve"], Deferred["reject"]] = [() => undefined, () => undefined];
  const promise = new natives.Promise((...given) => void ([resolve, reject] = given));
  return { promise, resolve, reject };
}

/** Operations that end without anything that the body has yet to do. */
function mustBeAwaited(): number {
  return hasListeners() ? outstanding - outstandingRequests : outstanding;
}

/** The callback of a real operation, called when the scheduler picks its completion. */
export function orderCallback(
  name: string,
  callback: (...results: unknown[]) => unknown,
  above: Function,
): (...results: unknown[]) => void {
  const { event, execution } = begin(name, above);
  let isOver = false;
  return function (this: unknown, ...results: unknown[]): void {
    const finish = (): void => void callback.apply(this, results);
    if (isOver) return finish();
    isOver = true;
    arrive(event, execution, finish);
  };
}

/** Executions that ended in the midst of their bodies: these do not go on, and do not reach into the next one. */
const abandoned = new WeakSet<Execution>();

export function abandonOutside(execution: Execution): void {
  if (outstanding > 0) abandoned.add(execution);
}

/** Operations of the execution that go on. */
export function operationsUnderWay(): readonly OutsideEvent[] {
  return [...underWay];
}

export function resetOutside(): void {
  if (underWay.size > 0) underWay.clear();
  outstanding = 0;
  outstandingRequests = 0;
  hasGivenUp = false;
  isSurprised = false;
  if (asked.size > 0) asked.clear();
  reach = undefined;
}

/** Something came out of nowhere. */
function beSurprised(): void {
  if (isSurprised) return;
  isSurprised = true;
  surprised += 1;
  if (surprised > 1) uncontrolled.add(SURPRISE);
}

/** At the start of an exploration: what the process has open is not the body's. */
export function resetOutsideHistory(): void {
  fruitless = 0;
  leftInVain = 0;
  surprised = 0;
  uncontrolled.clear();
  baseline = activeResources();
}

function activeResources(): Map<string, number> {
  const info = nodeProcess.getActiveResourcesInfo?.() ?? [];
  const counts = new Map<string, number>();
  for (const name of info) {
    if (name !== "Timeout" && name !== "Immediate") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** What the runtime calls its resources for sockets. */
const SOCKET = /(?:TCP|Pipe|Connect|Shutdown|Write|Stream)\w*Wrap$/;

/** Resources that the process has open now and had not before, and that may deliver: sockets, workers, child processes. */
function newResources(): string[] {
  const isLocal = reach === "sockets" && !hasForeignTraffic();
  const resources = activeResources();
  const ports = resources.get(PORT);
  // Whoever could send them something is the execution itself.
  if (ports !== undefined) resources.set(PORT, ports - countLocalPorts());
  return [...resources]
    .filter(([name, count]) => count > (baseline.get(name) ?? 0) && !(isLocal && SOCKET.test(name)))
    .map(([name]) => name);
}

/** I/O events that the event loop has processed, where the runtime counts them. */
function ioEvents(): number | undefined {
  return natives.performance.nodeTiming?.uvMetricsInfo?.events;
}

/** Sees to it that what has been opened is quiet, before a decision is made. */
class QuietWatch {
  private turns = 0;
  private seen = ioEvents();
  private readonly startedAt = realNow();
  readonly answerMs: number;

  /** @param timerMs - virtual ms until a timer fires, if nothing else can run: as long as that an answer may take. */
  constructor(timerMs: number) {
    this.answerMs = Math.max(ANSWER_MS, Math.min(timerMs, IDLE_MS));
  }

  isQuiet(): boolean {
    const events = ioEvents();
    this.turns = events === this.seen && !isTraffic() ? this.turns + 1 : 0;
    this.seen = events;
    if (this.turns < QUIET_TURNS) return false;
    if (asked.size > 0 && realNow() - this.startedAt < this.answerMs) return false;
    giveUpAsked();
    return (reach === "sockets" && events !== undefined) || realNow() - this.startedAt >= SILENCE_MS;
  }
}

/** Whether nothing is known to be under way. */
export function isQuietOutside(): boolean {
  return outstanding === 0 && reach === undefined && hasGivenUp !== true;
}

/** See `Host.waitForOutside`. */
export function waitForOutside(execution: Execution, isIdle: boolean, resume: () => void): boolean {
  if (hasGivenUp) {
    hasGivenUp = false;
    return true;
  }
  if (execution.isRunningOut && mustBeAwaited() <= 0) return true;
  new OutsideWait(execution, isIdle, resume).start();
  return false;
}

/** A turn that takes longer has not passed in vain: something was worked on. */
const WORKED_MS = 20;
/** Real ms of all waits so far that turns have worked. */
let workedMs = 0;

/** One wait: turns the event loop until what is under way has arrived, or waiting is of no use. */
class OutsideWait {
  private readonly execution: Execution;
  private readonly isIdle: boolean;
  private readonly resume: () => void;
  private readonly expectsNothing: boolean;
  private readonly open: readonly string[];
  private readonly limitMs: number;
  private lookedAt = 0;
  private readonly quiet: QuietWatch;

  constructor(execution: Execution, isIdle: boolean, resume: () => void) {
    this.execution = execution;
    this.isIdle = isIdle;
    this.resume = resume;
    this.quiet = new QuietWatch(execution.isRunningOut ? 0 : execution.untilTimerMs);
    this.expectsNothing = isIdle && outstanding === 0;
    this.open = this.expectsNothing ? newResources() : [];
    const answerMs = asked.size > 0 ? this.quiet.answerMs : 0;
    const limitMs = execution.isRunningOut ? shortened(LEFT_MS, leftInVain) : Math.max(limitOf(isIdle, this.open), answerMs);
    this.limitMs = limitMs;
  }

  start(): void {
    this.lookedAt = lastSign = realNow();
    control.leave();
    restoreExitCode();
    control.waiting = true;
    nextTurn(this.look);
  }

  private readonly look = (): void => {
    if (reach === "beside") pollPorts();
    if (this.isIdle) this.noteWork();
    if (this.isSurprising()) beSurprised();
    const isQuiet = reach === undefined || this.quiet.isQuiet();
    if (this.isOver(isQuiet)) {
      this.end();
    } else {
      nextTurn(this.look);
    }
  };

  /** What was begun before the execution may need the thread for longer than it is waited for: a database that starts. */
  private noteWork(): void {
    const now = realNow();
    const turnMs = now - this.lookedAt;
    this.lookedAt = now;
    if (turnMs >= WORKED_MS) workedMs += turnMs;
  }

  private isSurprising(): boolean {
    const { execution } = this;
    return this.expectsNothing && reach === undefined && (execution.hasArrivals || execution.canGoOn || execution.mayHaveEnded);
  }

  private isOver(isQuiet: boolean): boolean {
    const { execution, isIdle } = this;
    if (execution.mayHaveEnded) return true;
    if (isQuiet && mustBeAwaited() === 0 && (execution.hasArrivals || !isIdle || execution.canGoOn)) {
      // Asked again at once, there is nothing more to wait for.
      hasGivenUp = reach !== undefined;
      return true;
    }
    if (outstanding > 0 && isIdle && execution.canGoOn && isQuiet && realNow() - lastSign >= BUSY_MS) return true;
    if (realNow() - lastSign < this.limitMs || (isIdle && (control.recorder?.patienceMs?.(workedMs) ?? 0) > 0)) return false;
    hasGivenUp = true;
    giveUpTraffic();
    if (outstanding > 0) uncontrolled.add("an operation that took longer than it was waited for");
    return true;
  }

  private end(): void {
    const { execution, isIdle, open } = this;
    control.waiting = false;
    noteProcess();
    reinstatePatches();
    control.enter();
    const isInVain = hasGivenUp && !execution.hasArrivals && !execution.canGoOn;
    if (isIdle) fruitless = isInVain ? fruitless + 1 : 0;
    if (execution.isRunningOut) leftInVain = isInVain ? leftInVain + 1 : 0;
    if (execution.hasArrivals) for (const name of open) uncontrolled.add(name);
    this.resume();
  }
}

function limitOf(isIdle: boolean, open: readonly string[]): number {
  if (!isIdle) return BUSY_MS;
  const isAlive = outstanding > 0 || open.length > 0 || reach === "beside";
  const limitMs = isAlive ? IDLE_MS : GRACE_MS;
  return shortened(limitMs, fruitless);
}

/** @param inVain - so many waits of the kind were in vain, one after another. */
function shortened(limitMs: number, inVain: number): number {
  return inVain === 0 ? limitMs : Math.max(1, limitMs / 20 ** Math.min(inVain, 2));
}
