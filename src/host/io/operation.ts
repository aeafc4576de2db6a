import type { Instant } from "../../engine/clock.ts";
import { PendingEvent, type Task } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import type { Meetings } from "../../engine/meetings.ts";
import { EVERYTHING } from "../../engine/provenance.ts";
import { captureContext } from "../context.ts";
import { control, type RunningOperation } from "../control.ts";
import { deferred } from "../deferred.ts";
import { settlesAtOnce } from "../loop.ts";
import { natives, nextTurn, nodeProcess } from "../natives.ts";
import { OutsideEvent } from "../outside/outside-event.ts";
import { beginsToWork, deliverTo, hasWorked, noteSign, type UnderWay } from "../outside/under-way.ts";
import { wakeUp } from "../outside/wait.ts";
import { chain } from "../promises/chain.ts";
import { brokenOff, currentFaults, discard, offerFaults, type FaultyOperation } from "./operation-faults.ts";
import type { Kind, Step } from "./step.ts";
import { Accesses, type Doing } from "./accesses.ts";
import { callOf, forgetCalls } from "./calls.ts";
import { HIDING_ORDER } from "./files/table.ts";
import { beginNames } from "./files/names.ts";
import type { FileAccess } from "./files/places.ts";
import { noteEffects, tellTouched } from "./footprint.ts";

/*
 * A real operation is one call of a function that does I/O. What it does to the world it does in steps, each of which is
 * a *request*: an event that begins the step natively when it runs, and is over before the next decision. That the body
 * is told of its end is one event more, the *completion*. Between the steps the runtime's own JavaScript goes on, and
 * asks for the next one: so the steps are the runtime's, whichever they are.
 *
 * A function of which no steps are known begins at its call, and has a completion only.
 */

const STEPWISE: Kind = { isRequest: false, isCertain: false, isStepwise: true };

/** Operations that the execution has begun and of whose end it was not told. */
const open: Set<RealOperation> = new Set();
/** Executions that ended in the midst of their bodies: these do not go on, and do not reach into the next one. */
const abandoned = new WeakSet<Execution>();
let meetings: Meetings | undefined;
let acting = "";
/** What the operations of the execution have done to what. */
let accesses: Accesses<RealOperation> = new Accesses();
/** How many of the operations were not told yet. */
let untold = 0;

/**
 * The operation whose JavaScript, which is the runtime's, runs now. Where the microtasks behind a step run by themselves,
 * whatever runs outside of the body is taken for the JavaScript of the one that goes on.
 */
export function runningOperation(): RealOperation | undefined {
  const { operation } = control;
  if (operation === undefined && !control.inside && !settlesAtOnce()) return onlyOneGoingOn();
  return operation as RealOperation | undefined;
}

class RequestEvent extends PendingEvent {
  readonly step: Step;
  private readonly operation: RealOperation;

  constructor(operation: RealOperation, owner: Task, step: Step) {
    super("request", owner);
    this.operation = operation;
    this.step = step;
    this.label = step.label;
    this.origin = operation.origin;
    this.isIndependent = operation.isIndependent;
  }

  override run(): void {
    this.operation.act(this);
  }
}

/** One call, from when it is made to when the body is told of its end. */
export class RealOperation implements UnderWay, Doing, RunningOperation, FaultyOperation {
  readonly name: string;
  readonly isRequest: boolean;
  readonly origin: unknown;
  readonly hidesOrder: boolean;
  /** Nothing that it does meets what others do meanwhile, as far as is known: see `Meetings`. */
  readonly isIndependent: boolean;
  readonly calledAt: number;
  toldAt: number = Number.POSITIVE_INFINITY;
  private readonly execution: Execution;
  private readonly isCertain: boolean;
  private readonly isStepwise: boolean;
  /** The same in all executions. */
  readonly call: string;
  private readonly asked: Instant;
  private readonly completion: OutsideEvent;
  /** That of its last step; at first the caller's. */
  private task: Task;
  /** The steps that it has asked for. Mostly one; but who removes a folder removes what is in it at once. */
  private readonly pending: Set<RequestEvent> = new Set();
  private hasActed = false;
  /** The number of its last step, for strategies that ask where events come from. */
  private actedAt: number | undefined = undefined;
  private isActing = false;
  private isOver = false;
  private isDead = false;
  /** Where the other side answers: rejects, in place of the answer. */
  private lose: ((reason: unknown) => void) | undefined;
  /** What its steps have used, for a report. */
  private readonly touched: FileAccess[] = [];

  /**
   * @param above - the function that the body called.
   * @param label - for the report.
   */
  constructor(name: string, above: Function, kind: Kind = STEPWISE, label: string = name) {
    const execution = control.execution!;
    this.execution = execution;
    this.name = name;
    this.isRequest = kind.isRequest;
    this.hidesOrder = HIDING_ORDER.has(name);
    this.isCertain = kind.isCertain;
    this.isStepwise = kind.isStepwise;
    this.task = execution.task;
    this.calledAt = accesses.now();
    this.asked = execution.clock.instant();
    this.call = callOf(this.task, name);
    const { tracer } = execution;
    // A strategy that knows of each step what it touches needs no such guess.
    this.isIndependent = tracer === undefined && currentFaults() === undefined && meetings?.isIndependent(this.call) === true;
    const event = new OutsideEvent("outside", this.task);
    event.label = label;
    event.context = captureContext("heddle.outside");
    event.origin = this.origin = control.recorder?.origin(above);
    this.completion = event;
    execution.register(event);
    if (kind.isPure === true) this.actedAt = tracer?.step;
    else if (!this.isStepwise) tracer?.touch(EVERYTHING, true);
    if (tracer === undefined) meetings?.see(this.call);
    open.add(this);
    untold += 1;
  }

  /** Whether what it asks for is still an event. */
  get isLive(): boolean {
    return !this.isOver && !this.isDead && this.isOfNow && !abandoned.has(this.execution);
  }

  /** Whether it is the runtime's JavaScript that it waits for, as far as is known. */
  get isGoingOn(): boolean {
    return this.isStepwise && this.pending.size === 0 && !this.isActing && this.isLive;
  }

  private get isOfNow(): boolean {
    return this.execution === control.execution && !this.execution.over;
  }

  /** Calls the native function: what it asks for meanwhile are steps of this operation. */
  begin<Result>(native: () => Result): Result {
    try {
      return this.run(native);
    } catch (error) {
      this.forget();
      throw error;
    } finally {
      if (open.has(this) && this.pending.size === 0) beginsToWork(this, this.isCertain);
    }
  }

  /** It was none: the function had nothing to do, or has thrown. */
  forget(): void {
    this.end();
    this.isTold();
  }

  /** It has ended natively. */
  private end(): void {
    this.isOver = true;
    hasWorked(this);
    open.delete(this);
  }

  private isTold(): void {
    this.toldAt = accesses.now();
    untold -= 1;
  }

  /** A step is an event. */
  ask(step: Step): void {
    const event = new RequestEvent(this, this.task, step);
    this.execution.readyRequest(event, this.asked, this.hasActed && this.pending.size === 0);
    this.pending.add(event);
    hasWorked(this);
    currentFaults()?.offer(this, event, step);
  }

  /** The step that runs has ended, and this one comes next. */
  followUp(step: Step): void {
    noteSign();
    this.isActing = false;
    this.ask(step);
    if (runningOperation() !== this) nextTurn(wakeUp);
  }

  run<Result>(native: () => Result): Result {
    const before = control.operation;
    control.operation = this;
    try {
      return control.outside(native);
    } finally {
      control.operation = before;
    }
  }

  /** Runs a step. */
  act(event: RequestEvent, refusal?: Error, isDone: boolean = true): void {
    const { step } = event;
    currentFaults()?.withdraw(event);
    this.pending.delete(event);
    this.hasActed = true;
    this.isActing = true;
    this.task = event.task;
    acting = this.call;
    const { tracer } = this.execution;
    const effects = this.run(() => step.effects());
    for (const access of effects) this.touch(access);
    noteEffects(this.execution, event, effects);
    if (control.recorder !== undefined) this.touched.push(...effects);
    // Steps that an operation has under way at once are counted by it: which ends last goes on.
    tracer?.touch(`steps of ${this.call}`, true);
    this.actedAt = tracer?.step;
    beginsToWork(this, step.isCertain);
    const over = (tell: () => void): void => this.stepIsOver(refusal === undefined ? tell : () => step.refuse(refusal));
    if (isDone) control.outside(() => step.begin(over));
    else nextTurn(() => over(() => undefined));
  }

  fail(request: PendingEvent, error: Error, acts: boolean): void {
    this.act(request as RequestEvent, error, acts);
  }

  shorten(request: PendingEvent): void {
    (request as RequestEvent).step.shorten?.();
    this.act(request as RequestEvent);
  }

  /** Its process has died: nothing of it goes on, and nobody is told. */
  die(): void {
    this.isDead = true;
    this.isTold();
    this.run(() => {
      for (const { step } of this.pending) {
        // The system closes what a dead process had open.
        if (step.label === "fs.close") step.begin((tell) => tell());
        else step.refuse(new Error(`${this.name}: its process has died`));
      }
    });
    this.pending.clear();
    this.end();
  }

  private touch(access: FileAccess): void {
    for (const one of accesses.note(access, this)) one.meets();
  }

  /** It does something to what another one does something to meanwhile. */
  meets(): void {
    meetings?.meet(this.call);
  }

  /** The runtime's JavaScript goes on: it asks for the next step, or it has ended. */
  private stepIsOver(tell: () => void): void {
    noteSign();
    this.isActing = false;
    try {
      this.run(() => {
        tell();
        // What it does in the microtasks behind is this operation's, too.
        if (settlesAtOnce()) natives.tickCallback!.call(nodeProcess);
      });
    } finally {
      if (this.pending.size > 0) hasWorked(this);
      // It has not said what it waits for: a timer of the runtime's own, say.
      else if (open.has(this)) beginsToWork(this, false);
    }
    if (this.isOfNow) wakeUp();
  }

  /** A promise for the same result as the native one, settled when the scheduler picks the completion. */
  follow(promise: Promise<unknown>): Promise<unknown> {
    const { promise: ordered, resolve, reject } = deferred();
    let answer: unknown;
    const onFulfilled = (value: unknown): void => {
      answer = value;
      this.arrive(() => resolve(value));
    };
    const onRejected = (reason: unknown): void => this.arrive(() => reject(reason));
    if (this.isRequest) this.lose = (error) => (discard(answer), reject(error));
    chain(promise, onFulfilled, onRejected, ordered);
    return ordered;
  }

  /** The callback of the operation, called when the scheduler picks the completion. */
  callback(callback: (...results: unknown[]) => unknown): (...results: unknown[]) => void {
    const tell = (finish: () => void): void => (this.isOver ? finish() : this.arrive(finish));
    return function (this: unknown, ...results: unknown[]): void {
      tell(() => void callback.apply(this, results));
    };
  }

  /** It has ended natively. */
  arrive(finish: () => void): void {
    const { execution, completion } = this;
    this.end();
    if (abandoned.has(execution) || this.isDead) return;
    if (!this.isOfNow) {
      control.asNobody(finish);
      return;
    }
    completion.task = this.task;
    // It follows from the operation's last step, or its call, and from nothing else that the machine does.
    if (this.actedAt !== undefined) completion.provenance?.followsFrom(this.actedAt);
    tellTouched(completion, this.touched);
    this.mayBreak();
    completion.finish = () => {
      currentFaults()?.withdraw(completion);
      this.isTold();
      finish();
    };
    deliverTo(execution, completion);
    if (runningOperation() !== this) nextTurn(wakeUp);
  }

  /** The connection over which the answer has come may have broken before. */
  private mayBreak(): void {
    const { completion, lose, name } = this;
    const possible = currentFaults();
    if (possible === undefined || lose === undefined) return;
    completion.whenReady = () => possible.offerReset([name], completion, (code) => {
      this.isTold();
      lose(brokenOff(name, code));
    });
  }

  /** The execution is over. What was not begun never is, or goes on without anybody's order. */
  release(isAbandoned: boolean): void {
    this.isOver = isAbandoned;
    for (const { step } of this.pending) {
      if (isAbandoned) step.refuse(new Error(`${this.name} was not begun: the execution has ended before`));
      else step.begin((tell) => tell());
    }
    this.pending.clear();
  }

  get event(): PendingEvent {
    return [...this.pending][0] ?? this.completion;
  }
}

/**
 * The one whose JavaScript has gone on unseen, through a tick or an await of the runtime's own, and asks for a step now:
 * if there is but one that has asked for none.
 */
export function onlyOneGoingOn(): RealOperation | undefined {
  let found: RealOperation | undefined;
  for (const operation of open) {
    if (!operation.isGoingOn) continue;
    if (found !== undefined) return undefined;
    found = operation;
  }
  return found;
}

/** Whether there is any operation of which the body was not told that it is over. */
export function isAnythingUntold(): boolean {
  return untold > 0;
}

/** A synchronous call of the body's does something at once. */
export function touchAtOnce(touched: readonly FileAccess[]): void {
  for (const access of touched) for (const one of accesses.note(access, undefined)) one.meets();
  noteEffects(control.execution!, undefined, touched);
}

/** The call whose step begins now. */
export function actingCall(): string {
  return acting;
}

/** At the start of an execution. */
export function beginOperations(learnt: Meetings | undefined): void {
  meetings = learnt;
  offerFaults(undefined);
  accesses = new Accesses();
  beginNames(learnt);
  untold = 0;
  forgetCalls();
  if (open.size > 0) open.clear();
}

/**
 * The execution is over.
 * @param isAbandoned - it ended in the midst of its body: nothing of it goes on.
 */
export function endOperations(execution: Execution, isAbandoned: boolean): void {
  if (open.size === 0) return;
  if (isAbandoned) abandoned.add(execution);
  for (const operation of open) operation.release(isAbandoned);
}

/** The operations of some tasks do not go on. */
export function killOperations(isTheirs: (task: Task) => boolean): void {
  for (const operation of open) if (isTheirs(operation.event.task)) operation.die();
}

/** Operations of the execution of whose end it was not told. */
export function openOperations(): readonly PendingEvent[] {
  return [...open].map(({ event }) => event);
}
