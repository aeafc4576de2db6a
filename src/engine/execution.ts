import { Clock, type Instant } from "./clock.ts";
import { Decisions } from "./decisions.ts";
import { mixHash, Task, TimerEvent, type PendingEvent } from "./event.ts";
import type { ExecutionSettings, Recorder } from "./execution-settings.ts";
import type { Host, Program } from "./host.ts";
import { Lateness } from "./lateness.ts";
import { emptyList } from "./lists.ts";
import { OutcomeRecord, type ExecutionFailure, type FailureKind, type Outcome } from "./outcome.ts";
import { PendingEvents } from "./pending.ts";
import { IMMEDIATES, TIMERS } from "./provenance.ts";
import { RunOut } from "./run-out.ts";
import { tellEnd } from "./strategy.ts";
import { Tracer } from "./tracer.ts";

/**
 * One run of a body under one schedule. The loop: settle, judge, pick a legal event, run it.
 * It holds no promise of its own and touches no global, so it serves simulated programs as well as real ones.
 */
export class Execution {
  readonly settings: ExecutionSettings<Execution>;
  readonly root: Task = new Task("main", 0x6d61696e);
  /** The task whose step is running: it owns what is caused meanwhile. */
  task: Task = this.root;
  /** The event whose step is running, `undefined` during the body's start. */
  current: PendingEvent | undefined = undefined;
  readonly clock: Clock;
  /** How deep in plain JavaScript's microtask queue the running step would be. */
  generation: number = 0;
  /** Hops through that queue since the step began. The host counts them. */
  round: number = 1;
  /** Places given to what the steps have caused, and that of the hop from which follows what is caused now. */
  private places: number = 0;
  hopPlace: number = 0;
  steps: number = 0;
  readonly decisions: Decisions;
  /** What runs is the body's set-up: in plain JavaScript's order, and neither strategy nor recorder hears of it. */
  isSettingUp: boolean = false;
  over: boolean = false;
  /** It is judged, and what it has left behind runs on. */
  isRunningOut: boolean = false;
  /** Only for strategies that use provenance, until it is judged. */
  tracer: Tracer | undefined;
  /** What the body left behind, in words; the program fills it in at the end. */
  readonly leaks: string[] = emptyList();

  private readonly host: Host;
  private readonly program: Program<Execution>;
  private readonly recorder: Recorder<Execution> | undefined;
  /** Whether the strategy wants to hear of each step. */
  private readonly tells: boolean;
  readonly pending: PendingEvents;
  private readonly done: (outcome: Outcome) => void;
  arrivals: PendingEvent[] | undefined = undefined;
  private registrations = 0;
  isChecking: boolean = false;
  private trace = 0;
  private isDead: ((task: Task) => boolean) | undefined = undefined;
  private switches = 0;
  /** Those of the set-up, which nobody counts. */
  private setUpSteps = 0;
  /** The last step that the strategy was told of: a wait for outside comes by here again. */
  private told = 0;
  private failure: ExecutionFailure | undefined = undefined;
  /** What it came to, once it is judged. */
  private outcome: Outcome | undefined = undefined;
  private leftover: RunOut | undefined = undefined;
  /** Where a timer may be late. */
  private readonly lateness: Lateness | undefined;
  private readonly resume: () => void = () => this.loop(true);

  constructor(host: Host, program: Program<Execution>, settings: ExecutionSettings<Execution>, done: (outcome: Outcome) => void) {
    this.host = host;
    this.program = program;
    this.settings = settings;
    this.recorder = settings.recorder;
    this.tells = settings.strategy.ran !== undefined;
    this.decisions = new Decisions(settings.strategy);
    this.tracer = settings.strategy.usesProvenance === true ? new Tracer(settings.strategy, settings.order !== "chaos") : undefined;
    this.done = done;
    this.pending = new PendingEvents(settings);
    this.clock = new Clock(this.pending);
    this.lateness = settings.timersMayBeLate === true && settings.order === "latency" ? new Lateness(this) : undefined;
  }

  /** Virtual ms since the execution began. */
  get now(): number {
    return this.clock.now;
  }

  /** Runs to the end, now or (where the host cannot settle at once) later; `done` is called once. */
  start(): void {
    this.recorder?.begin(this);
    try {
      this.program.start(this);
    } catch (error) {
      this.fail("error", error);
    }
    this.loop(false);
  }

  // What hosts and subjects report.

  /** An await or a then whose promise has settled. */
  readyContinuation(event: PendingEvent): void {
    event.claim();
    event.generation = this.generation + this.round;
    this.clock.date(event);
    if (this.tracer !== undefined) this.tracer.made(event);
    // Kept only where it can decide a tie: a chain of causes keeps every event of the execution alive.
    if (this.round > 1 || this.pending.hasHops === true) {
      event.cause = this.current;
      event.distance = this.round;
      event.place = this.round > 1 ? this.hopPlace : (this.places += 1);
      this.pending.hasHops = true;
    }
    this.pending.addContinuation(event);
  }

  /**
   * A hop takes its place among what the running step has caused; one that follows from another hop has that one's.
   * @param isOwn - the body has no part in it, so that it need not be kept what has caused what until something follows from it.
   */
  placeOfHop(isOwn: boolean): number {
    if (isOwn !== true) this.pending.hasHops = true;
    return this.round > 1 ? this.hopPlace : (this.places += 1);
  }

  /** A continuation that comes when the execution is over. Where what is left runs on, nobody holds it back. */
  lateContinuation(event: PendingEvent): void {
    if (this.settings.runsOut === true) event.run();
  }

  /**
   * @param asked - the virtual time from which its latency counts; by default now.
   * @param isNext - see `addRequest`.
   */
  readyRequest(event: PendingEvent, asked?: Instant, isNext: boolean = false): void {
    event.claim();
    this.clock.date(event, asked);
    this.tracer?.made(event);
    this.decisions.note(event);
    this.pending.rest.addRequest(event, isNext);
  }

  /** @param asked - the virtual time from which its latency counts. */
  readyCompletion(event: PendingEvent, asked?: Instant): void {
    event.claim();
    this.clock.date(event, asked);
    this.tracer?.made(event);
    this.decisions.note(event);
    this.pending.rest.addCompletion(event);
  }

  /** Real I/O is over, or a promise of it has settled, while no step ran: an event once the wait for outside ends. */
  arriveFromOutside(event: PendingEvent): void {
    (this.arrivals ??= []).push(event);
  }

  /** Numbers an event whose completion comes from outside. */
  register(event: PendingEvent): void {
    this.registrations += 1;
    event.registration = this.registrations;
    if (this.tracer !== undefined) this.tracer.made(event);
  }

  /** Ready once nothing is under way: see `addIdle`. */
  readyWhenIdle(event: PendingEvent): void {
    this.clock.date(event);
    this.tracer?.made(event);
    // It depends on whatever else there is.
    if (event.provenance !== undefined) event.provenance.isFromOutside = true;
    this.pending.rest.addIdle(event);
  }

  readyTick(event: PendingEvent): void {
    event.claim();
    this.clock.date(event);
    this.tracer?.made(event);
    this.pending.rest.addTick(event);
  }

  /** @param isFromOutside - set while no step ran: by a callback of real I/O. */
  readyImmediate(event: PendingEvent, isFromOutside: boolean = false): void {
    this.clock.date(event);
    this.tracer?.queued(event, IMMEDIATES);
    this.pending.rest.addImmediate(event, isFromOutside);
  }

  arm(timer: TimerEvent, delayMs: number): void {
    this.clock.date(timer);
    timer.deadline = this.now + delayMs;
    this.tracer?.queued(timer, TIMERS);
    this.pending.addTimer(timer);
  }

  cancel(event: PendingEvent): boolean {
    const wasPending = this.pending.cancel(event);
    if (wasPending) this.tracer?.cancelled(event);
    return wasPending;
  }

  /** From now on nothing of these tasks runs. */
  kill(isDead: (task: Task) => boolean): void {
    const before = this.isDead;
    this.isDead = before === undefined ? isDead : (task) => before(task) || isDead(task);
    for (const event of [...this.pending.legal(this.now), ...this.pending.armed()]) if (isDead(event.task)) this.cancel(event);
  }

  armed(): readonly PendingEvent[] {
    return this.pending.armed();
  }

  /** A declared object is read or written by the running step. What the body's start does belongs to no event. */
  access(place: string, isWrite: boolean): void {
    if (this.isChecking) return this.tracer?.observe(place);
    const event = this.current;
    if (event !== undefined && this.tracer?.isKnown !== true) (event.footprint ??= emptyList()).push({ place, isWrite });
  }

  /** The first failure counts; what follows from it does not. */
  fail(kind: FailureKind, error: unknown): void {
    if (this.over) return;
    this.failure ??= { kind, error };
  }

  /** Runs `body` with what it causes owned by `task`. */
  within<Result>(task: Task, body: () => Result): Result {
    const before = this.task;
    this.task = task;
    try {
      return body();
    } finally {
      this.task = before;
    }
  }

  /** Where the host settles at once, this is one flat loop; where it cannot, `resume` enters it anew. */
  private loop(settled: boolean): void {
    const { host, pending, resume } = this;
    let isSettled = settled;
    if (this.isRunningOut === true) return this.runOut();
    for (;;) {
      if (isSettled !== true && host.settle(resume) !== true) return;
      isSettled = false;
      if (this.judge()) return this.finish();
      let legal = pending.legal(this.clock.now);
      if (host.waitForOutside(legal.length === 0 && this.arrivals === undefined, resume) !== true) return;
      // Not before all that was under way is there: some of it may have come while the step was settled.
      if (this.arrivals !== undefined) {
        this.admit();
        legal = pending.legal(this.clock.now);
      }
      if (legal.length === 0 && pending.rest.wakeIdle()) legal = pending.legal(this.clock.now);
      if (legal.length === 0) this.fail("deadlock", new Error("deadlock: nothing can run, and the body has not ended"));
      else if (this.advance(legal)) continue;
      return this.finish();
    }
  }

  /** In the order in which they were asked for: that in which they happened to arrive does not replay. */
  admit(): void {
    const arrivals = this.arrivals!;
    this.arrivals = undefined;
    if (this.tracer !== undefined) this.tracer.isAdmitting = true;
    arrivals.sort((left, right) => left.registration - right.registration);
    for (const event of arrivals) {
      if (event.kind === "await" || event.kind === "then") {
        this.readyContinuation(event);
      } else {
        this.readyCompletion(event);
      }
    }
    if (this.tracer !== undefined) this.tracer.isAdmitting = false;
  }

  /** Whether something has arrived that is not an event yet. */
  get hasArrivals(): boolean {
    return this.arrivals !== undefined;
  }

  get canGoOn(): boolean {
    return this.pending.legal(this.clock.now).length > 0;
  }

  /** Virtual ms until a timer fires, if nothing but timers can run; otherwise 0. */
  get untilTimerMs(): number {
    const first = this.pending.legal(this.clock.now)[0];
    return first instanceof TimerEvent ? first.deadline - this.now : 0;
  }

  get isAtLimit(): boolean {
    return this.steps - this.setUpSteps >= this.settings.maxSteps;
  }

  /** Whether the body has ended or failed while no step ran. */
  get mayHaveEnded(): boolean {
    return this.isRunningOut === false && (this.failure !== undefined || this.program.finished);
  }

  /** After each step: true where the execution is over. */
  private judge(): boolean {
    if (this.tells === true && this.told !== this.steps) this.tell();
    if (this.failure === undefined && this.program.isWatched !== false) this.check();
    if (this.failure !== undefined || this.program.finished === true) return true;
    return this.isAtLimit && this.livelock();
  }

  private tell(): void {
    this.told = this.steps;
    if (this.current !== undefined) this.settings.strategy.ran?.(this.current);
  }

  private livelock(): boolean {
    const limit = this.settings.maxSteps;
    this.fail("livelock", new Error(`livelock: not ended after ${limit} steps (maxSteps: ${limit})`));
    return true;
  }

  /** Picks a legal event and runs it. False where the strategy could not go on. */
  private advance(possible: readonly PendingEvent[]): boolean {
    if (this.isSettingUp === true) return this.setUp(possible[0]!);
    const legal = this.lateness === undefined ? possible : this.lateness.offer(possible);
    let index = 0;
    if (legal.length > 1) {
      index = this.decisions.decide(legal);
      if (index < 0) return false;
    }
    const event = legal[index]!;
    if (event.index === 0) event.claim();
    if (this.recorder !== undefined) this.recorder.step(event, legal, index);
    this.trace = mixHash(this.trace ^ event.task.hash, event.index * 64 + legal.length);
    return this.take(event, index);
  }

  private setUp(event: PendingEvent): boolean {
    const limit = this.settings.maxSteps;
    this.setUpSteps += 1;
    this.told = this.steps + 1;
    if (this.setUpSteps > limit) this.fail("livelock", new Error(`livelock: the set-up has not ended after ${limit} steps (maxSteps: ${limit})`));
    return this.take(event, 0);
  }

  private take(event: PendingEvent, index: number): boolean {
    this.pending.remove(event, index, this.clock.now);
    this.enter(event);
    try {
      if (this.isDead === undefined || !this.isDead(event.task)) event.run();
    } catch (error) {
      if (this.program.handles?.(error) !== true) this.fail("error", error);
    }
    return true;
  }

  /** The step of an event that was taken out of those pending begins. */
  enter(event: PendingEvent): void {
    if (event.task !== this.task) this.switches += 1;
    this.steps += 1;
    if (this.pending.hasHops === true) event.ranAt = this.steps;
    this.current = event;
    const { task } = event;
    this.task = task;
    task.open = true;
    this.round = 1;
    if (event.generation > this.generation) this.generation = event.generation;
    this.clock.moveTo(event);
    if (this.tracer !== undefined) this.tracer.enter(event, this.steps - this.setUpSteps);
  }

  private finish(): void {
    const late = this.program.end?.(this);
    this.recorder?.end(this);
    if (late !== undefined && (this.failure === undefined || this.failure.kind === "deadlock")) this.failure = late;
    const outcome = new OutcomeRecord();
    outcome.failure = this.failure;
    outcome.steps = this.steps - this.setUpSteps;
    outcome.decisions = this.decisions.asked;
    outcome.switches = this.switches;
    outcome.latencyMs = this.clock.longestMs;
    outcome.nextLatencyMs = this.pending.nextLatencyMs;
    outcome.delaysAddUp = this.clock.hasAddedUp;
    outcome.timersMayBeLate = this.lateness?.isOffered === true;
    outcome.lateMs = this.lateness?.ms ?? 0;
    outcome.choices = this.decisions.taken();
    outcome.trace = this.trace;
    outcome.result = this.program.result ?? 0;
    outcome.leaks = this.leaks;
    outcome.diverged = this.decisions.diverged;
    outcome.ending = this.tracer?.ending(this.canGoOn, this.program.blocked);
    this.outcome = tellEnd(this.settings.strategy, outcome);
    this.tracer = undefined;
    this.isRunningOut = true;
    if (this.settings.runsOut === true) this.runOut();
    else this.close();
  }

  private close(): void {
    this.over = true;
    this.program.close?.();
    this.done(this.outcome!);
  }

  private runOut(): void {
    this.leftover ??= new RunOut(this, this.now);
    if (this.leftover.goOn(this.host, this.resume)) this.close();
  }

  private check(): void {
    this.isChecking = true;
    try {
      this.program.check?.();
    } catch (error) {
      this.fail("invariant", error);
    }
    this.isChecking = false;
  }
}
