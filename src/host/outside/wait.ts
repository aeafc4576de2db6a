import type { Execution } from "../../engine/execution.ts";
import { control } from "../control.ts";
import { countOwnSockets, giveUpTraffic, hasForeignTraffic, isTraffic } from "../io/sockets/traffic.ts";
import { forgetWorkers, isAnyStarting } from "../io/workers/starting.ts";
import { countLocalPorts, pollPorts } from "../messages/generations.ts";
import { natives, nextTurn, realNow } from "../natives.ts";
import { reinstatePatches } from "../patches.ts";
import { noteProcess, restoreExitCode } from "../process/process-state.ts";
import { noteSurprise } from "../timers/fake-clocks.ts";
import { uncontrolled } from "./outside-event.ts";
import { activeResources, PORT, SOCKET, tellResource } from "./resources.ts";
import { countUnderWay, currentReach, giveUpAsked, hasCertainWork, isAnswerExpected, mustBeAwaited, namesUnderWay, noteSign, resetUnderWay, silentForMs } from "./under-way.ts";

/** While other events could run: how long to wait for an operation that shows no sign of life. */
const BUSY_MS = 1000;
/** While nothing can run: how long to wait for an operation that is known, or suspected, to be under way. */
const IDLE_MS = 4000;
/** While nothing can run and nothing is known to be under way. */
const GRACE_MS = 40;
/** The same, where something has come before that heddle did not see begin. */
const SURPRISED_MS = 1000;
/** How long to wait for what is sure to end: work that the machine does by itself. */
const CERTAIN_MS = 120_000;
/** Once the execution is judged: how long to wait for the answers to what it has left under way. */
const LEFT_MS = 250;

/** Turns of the event loop without any I/O event after which sockets are taken to be quiet. */
const QUIET_TURNS = 3;
/** Real ms for which a part that works beside is given to answer what it was asked. */
const ANSWER_MS = 300;
/** Real ms for which the parts that work beside must have been silent. */
const SILENCE_MS = 5;
/** Real ms for which a worker is given to start. */
const START_MS = 30_000;

let hasGivenUp = false;
/** Graces that ended with nothing arriving, since something last did: they make the next ones shorter. */
let fruitless = 0;
/** The same of waits for what executions have left under way. */
let leftInVain = 0;
/** Executions to which something came while nothing was known to be under way. One may have loaded a module. */
let surprised = 0;
let isSurprised = false;
const SURPRISE = "what heddle did not see begin (an addon's own threads, or a function that was kept before heddle was imported)";
/** Whether an execution that is over has opened what delivers when the machine does. */
let hasReached = false;
let baseline: ReadonlyMap<string, number> = new Map();

/** At the start of an execution. */
export function resetOutside(): void {
  resetUnderWay();
  forgetWorkers();
  hasGivenUp = false;
  isSurprised = false;
}

/** Something came out of nowhere. */
function beSurprised(): void {
  if (isSurprised) return;
  isSurprised = true;
  noteSurprise();
  surprised += 1;
  if (surprised > 1) uncontrolled.add(SURPRISE);
}

/** Whether a resource is an earlier execution's: this one has opened none of the kind, or there are more than it has. */
function isOpenFromBefore(name: string): boolean {
  if (!hasReached) return false;
  return currentReach() === undefined || (SOCKET.test(name) && (activeResources().get(name) ?? 0) - (baseline.get(name) ?? 0) > countOwnSockets());
}

/** At the end of an execution. */
export function endOutside(): void {
  hasReached ||= currentReach() !== undefined;
}

/** At the start of an exploration: what the process has open is not the body's. */
export function resetOutsideHistory(): void {
  fruitless = 0;
  leftInVain = 0;
  surprised = 0;
  hasReached = false;
  uncontrolled.clear();
  baseline = activeResources();
}

/** Resources that the process has open now and had not before, and that may deliver: sockets, workers, child processes. */
function newResources(): string[] {
  const isLocal = currentReach() === "sockets" && !hasForeignTraffic();
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
  /** When it was last seen that a worker had not begun. */
  private begunAt = this.startedAt;
  private readonly waitsForStarts: boolean;
  readonly answerMs: number;

  /** @param timerMs - virtual ms until a timer fires, if nothing else can run: as long as that an answer may take. */
  constructor(timerMs: number, waitsForStarts: boolean) {
    this.waitsForStarts = waitsForStarts;
    this.answerMs = Math.max(ANSWER_MS, Math.min(timerMs, IDLE_MS));
  }

  /** Whether a worker has not begun yet, and is waited for. */
  get isStarting(): boolean {
    if (!this.waitsForStarts || !isAnyStarting() || realNow() - this.startedAt > START_MS) return false;
    this.begunAt = realNow();
    return true;
  }

  isQuiet(): boolean {
    const events = ioEvents();
    this.turns = events === this.seen && !isTraffic() ? this.turns + 1 : 0;
    this.seen = events;
    if (this.turns < QUIET_TURNS) return false;
    if (this.isStarting) return false;
    const silentMs = realNow() - this.begunAt;
    if (isAnswerExpected() && silentMs < this.answerMs) return false;
    giveUpAsked();
    return (currentReach() === "sockets" && events !== undefined) || silentMs >= SILENCE_MS;
  }
}

/** Whether nothing is known to be under way. */
export function isQuietOutside(): boolean {
  return countUnderWay() === 0 && currentReach() === undefined && hasGivenUp !== true;
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

/** The wait that is going on. */
let waiting: Pick<OutsideWait, "wakeUp"> | undefined;

/**
 * The machine has ended something, and its callback has nothing else to do: a wait that has waited for it need not turn
 * the event loop once more.
 */
export function wakeUp(): void {
  waiting?.wakeUp();
}

/** Real ms after which a wait looks again where it is told of the end of all that it waits for. */
const TOLD_MS = 5;

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
  private isEnded = false;

  constructor(execution: Execution, isIdle: boolean, resume: () => void) {
    this.execution = execution;
    this.isIdle = isIdle;
    this.resume = resume;
    this.quiet = new QuietWatch(execution.isRunningOut ? 0 : execution.untilTimerMs, !execution.isRunningOut);
    this.expectsNothing = isIdle && countUnderWay() === 0;
    this.open = this.expectsNothing ? newResources() : [];
    const answerMs = isAnswerExpected() ? this.quiet.answerMs : 0;
    this.limitMs = execution.isRunningOut ? shortened(LEFT_MS, leftInVain) : Math.max(limitOf(isIdle, this.open), answerMs);
  }

  start(): void {
    this.lookedAt = realNow();
    noteSign();
    control.leave();
    restoreExitCode();
    control.waiting = true;
    waiting = { wakeUp: () => this.wakeUp() };
    this.lookLater();
  }

  wakeUp(): void {
    if (currentReach() === undefined) this.look();
  }

  private lookLater(): void {
    if (hasCertainWork() && currentReach() === undefined) natives.setTimeout.call(globalThis, this.look, TOLD_MS);
    else nextTurn(this.look);
  }

  private readonly look = (): void => {
    if (this.isEnded) return;
    if (currentReach() === "beside") pollPorts();
    if (this.isIdle) this.noteWork();
    if (this.quiet.isStarting) noteSign();
    if (this.isSurprising()) beSurprised();
    const isQuiet = currentReach() === undefined || this.quiet.isQuiet();
    if (this.isOver(isQuiet)) {
      this.end();
    } else {
      this.lookLater();
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
    return this.expectsNothing && currentReach() === undefined && (execution.hasArrivals || execution.canGoOn || execution.mayHaveEnded);
  }

  private isOver(isQuiet: boolean): boolean {
    const { execution, isIdle } = this;
    if (execution.mayHaveEnded) return true;
    if (isQuiet && mustBeAwaited() === 0 && (execution.hasArrivals || !isIdle || execution.canGoOn)) {
      // Asked again at once, there is nothing more to wait for.
      hasGivenUp = currentReach() !== undefined || countUnderWay() > 0;
      return true;
    }
    const silentMs = silentForMs();
    if (hasCertainWork() && silentMs < CERTAIN_MS && !execution.isRunningOut) return false;
    if (countUnderWay() > 0 && isIdle && execution.canGoOn && isQuiet && silentMs >= BUSY_MS) return true;
    if (silentMs < this.limitMs || (isIdle && (control.recorder?.patienceMs?.(workedMs) ?? 0) > 0)) return false;
    hasGivenUp = true;
    giveUpTraffic();
    for (const name of namesUnderWay()) uncontrolled.add(`${name}, which took longer than it was waited for`);
    return true;
  }

  private end(): void {
    const { execution, isIdle, open } = this;
    this.isEnded = true;
    waiting = undefined;
    control.waiting = false;
    noteProcess();
    reinstatePatches();
    control.enter();
    const isInVain = hasGivenUp && !execution.hasArrivals && !execution.canGoOn;
    if (isIdle) fruitless = isInVain ? fruitless + 1 : 0;
    if (execution.isRunningOut) leftInVain = isInVain ? leftInVain + 1 : 0;
    // What has only taken its time to close is not open any more.
    const stillOpen = execution.hasArrivals && open.length > 0 ? newResources() : [];
    for (const name of open) if (stillOpen.includes(name)) uncontrolled.add(tellResource(name, isOpenFromBefore(name)));
    this.resume();
  }
}

function limitOf(isIdle: boolean, open: readonly string[]): number {
  if (!isIdle) return BUSY_MS;
  const isAlive = countUnderWay() > 0 || open.length > 0 || currentReach() === "beside";
  const limitMs = isAlive ? IDLE_MS : surprised > 0 ? SURPRISED_MS : GRACE_MS;
  return shortened(limitMs, fruitless);
}

/** @param inVain - so many waits of the kind were in vain, one after another. */
function shortened(limitMs: number, inVain: number): number {
  return inVain === 0 ? limitMs : Math.max(1, limitMs / 20 ** Math.min(inVain, 2));
}
