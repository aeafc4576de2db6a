import { AsyncLocalStorage } from "node:async_hooks";
import type { PendingEvent, Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import type { Recorder } from "../engine/execution-settings.ts";
import type { OrderName } from "../engine/options.ts";
import type { Schedule } from "../engine/schedule.ts";
import { control, subscribe, type OriginRecorder } from "../host/control.ts";
import { captureStack, type CapturedStack } from "../host/stack.ts";
import type { Note, Site, StepDeviation, Timeline, TimelineStep, TimelineTask, Touched } from "../report/timeline.ts";
import { Call, laneNames, type CallTree } from "./call-lanes.ts";
import { readLine } from "./environment.ts";
import { callsOf, rowsByLane, type Captured, type RawStep } from "./recorded-rows.ts";
import { RecordedSites } from "./recorded-sites.ts";
import { showValue } from "../values/preview.ts";
import { CausingSteps } from "./causing-steps.ts";
import { RecordedWaits, type RawWait, type RecordedNames, type Started } from "./recorded-waits.ts";
import { WaitWatch } from "./wait-watch.ts";
import type { Notebook } from "../subjects/notebook.ts";

/** Armed timers that a timeline names. */
const MOST_WAITERS = 50;
/** Alternatives kept of a step: where thousands are pending, thousands of steps would not fit into memory. */
const MOST_LEGAL = 100;

function innerSite(site: Site | undefined): { readonly inner?: Site } {
  return site === undefined ? {} : { inner: site };
}

/**
 * Takes down everything about one execution, and makes the timeline of it. Stacks are kept as they are while the
 * execution runs and read afterwards: reading one costs more than a thousand steps.
 */
export class Recording implements Recorder<Execution>, OriginRecorder {
  private steps: RawStep[] = [];
  private readonly registered: RawWait[] = [];
  private readonly contexts = new AsyncLocalStorage<Task>();
  private readonly started = new Map<Promise<unknown>, Started>();
  /** The row of the running step's event. */
  private begun = 0;
  private isAsking = false;
  /** The execution is judged: what its body goes on doing is no part of the timeline. */
  private isOver = false;
  /** Whose code caused what, where it is known better than from the step it was caused in. */
  private readonly owners = new WeakMap<object, Task>();
  private readonly causes = new CausingSteps();
  private readonly touched = new WeakMap<PendingEvent, Map<string, Touched>>();
  private readonly sites = new RecordedSites();
  private readonly lanes = new Map<Task, Task>();
  /** What was captured, in its order. */
  private readonly captured: Captured[] = [];
  /** The calls that run beside others, in a body that has spawned nothing. */
  private calls: CallTree | undefined;
  private readonly tasks = new Map<Task | Call, number>();
  private execution: Execution | undefined;
  private leaks: readonly string[] = [];
  private stuck: readonly RawWait[] = [];
  private armed: readonly PendingEvent[] = [];
  private readonly watch: WaitWatch | undefined;

  /** @param isStuck - the execution ends in a deadlock: what its tasks wait for is looked into. */
  constructor(isStuck: boolean = false) {
    this.watch = isStuck ? new WaitWatch(() => (control.inside && !this.isOver ? this.runner(this.execution!.task) : undefined)) : undefined;
  }

  begin(execution: Execution): void {
    this.watch?.begin();
    this.execution = execution;
    this.steps.push({ event: undefined, task: execution.root, origin: undefined, atMs: 0, legal: [], index: 0, notes: [], after: [] });
  }

  /** Under `production` awaits are native, and steps long: whose code runs is known from the async context. */
  within<Result>(task: Task, action: () => Result): Result {
    return this.contexts.run(task, action);
  }

  starts(task: Task, promise: Promise<unknown>, origin: unknown): void {
    const started: Started = { task, origin, hasEnded: false };
    this.started.set(promise, started);
    const ended = (): void => {
      started.hasEnded = true;
    };
    subscribe(promise, ended, ended);
  }

  step(event: PendingEvent, legal: readonly PendingEvent[], index: number): void {
    const atMs = Math.max(this.execution!.now, (event as { deadline?: number }).deadline ?? 0);
    const shown = legal.slice(0, MOST_LEGAL);
    const after = this.causes.of(event, shown, this.steps.length);
    this.steps.push({ event, task: this.taskOf(event), origin: event.origin, atMs, legal: shown, index, notes: [], after });
    this.begun = this.steps.length - 1;
  }

  end(execution: Execution): void {
    this.isOver = true;
    this.watch?.end();
    this.stuck = this.registered.filter((wait) => !wait.isSettled);
    this.armed = execution.armed().slice(0, MOST_WAITERS);
    this.leaks = execution.leaks;
    // Left on, it would slow down every promise of the process.
    this.contexts.disable();
  }

  origin(above: Function): CapturedStack {
    const captured = captureStack(above);
    this.causes.asked(captured, this.runningRow());
    if (!this.isOver && this.started.size === 0) this.captured.push({ origin: captured, row: this.begun, isNote: false, isAwait: false });
    const task = this.contexts.getStore();
    if (task !== undefined && this.isNative) this.owners.set(captured, task);
    return captured;
  }

  waits(origin: unknown, promise: Promise<unknown>): void {
    const last = this.captured.at(-1);
    if (last?.origin === origin) last!.isAwait = true;
    const wait: RawWait = { task: this.runner(this.execution!.task), origin, awaited: this.started.get(promise)?.task, promise, row: this.begun, isSettled: false, settledIn: undefined };
    this.registered.push(wait);
    const settled = (): void => {
      wait.isSettled = true;
      if (!this.isOver) wait.settledIn = this.begun;
    };
    subscribe(promise, settled, settled);
  }

  touches(event: PendingEvent | undefined, touched: readonly Touched[]): void {
    if (this.isOver || touched.length === 0) return;
    const own = event === undefined ? (this.steps[this.runningRow()]!.touched ??= new Map()) : (this.touched.get(event) ?? new Map<string, Touched>());
    if (event !== undefined) this.touched.set(event, own);
    for (const one of touched) if (one.isWrite || !own.has(one.place)) own.set(one.place, one);
  }

  readonly notebook: Notebook = {
    request: (name, values, call) => {
      const value = values.map((one) => showValue(one)).join(", ");
      this.note(this.notebook.request, () => ({ type: "request", name, value, call: call.id }));
    },
    answer: (name, result, failed, call) => {
      const value = showValue(result);
      if (this.isOver || this.execution?.isSettingUp === true) return;
      this.noteLane(call);
      this.steps.at(-1)!.notes.push({ origin: undefined, make: () => ({ type: "answer", name, value, failed, call: call.id }) });
    },
    read: (object, key, result, above) => {
      if (this.isAsking) return;
      const value = showValue(result);
      this.note(above, (origin) => ({ type: "read", object, key, value, site: this.siteOf(origin) }));
    },
    write: (object, key, result, before, above) => {
      if (this.isAsking) return;
      const [value, previous] = [showValue(result), showValue(before)];
      this.note(above, (origin) => ({ type: "write", object, key, value, previous, site: this.siteOf(origin) }));
    },
    log: (values) => {
      const text = values.map((one) => (typeof one === "string" ? one : showValue(one))).join(" ");
      this.note(this.notebook.log, () => ({ type: "log", text }));
    },
    ask: (question) => {
      this.isAsking = true;
      try {
        return question();
      } finally {
        this.isAsking = false;
      }
    },
  };

  /** The timeline of the execution, once it is over. */
  timeline(order: OrderName, schedule: Schedule): Timeline {
    for (const { origin } of this.registered) this.sites.waits(origin);
    for (const { event } of this.steps) if (event?.kind === "request" && event.label !== undefined) this.sites.operation(event.label, event.origin);
    if (this.started.size === 0) this.lookAtCalls();
    const steps = this.timelineSteps(schedule);
    const { registered, stuck, started, armed, watch } = this;
    const waits = new RecordedWaits({ registered, stuck, started, armed, watch }, this.names);
    const waiting = waits.waiters();
    const settled = waits.settled();
    return { version: 1, order, tasks: this.timelineTasks(), steps, waiting, leaks: this.leaks, ...settled };
  }

  private get names(): RecordedNames {
    return {
      root: this.execution!.root,
      calls: this.calls,
      taskIndex: (ran, event) => this.taskIndex(ran, event),
      laneAt: (task, origin) => this.laneAt(task, origin),
      laneOf: (task) => this.laneOf(task),
      siteOf: (origin) => this.siteOf(origin),
      siteOfEvent: (event) => this.siteOfEvent(event),
      taskOf: (event) => this.taskOf(event),
    };
  }

  /** Whether awaits run natively, so that a step may hold code of several tasks. */
  private get isNative(): boolean {
    return this.execution!.settings.order === "production";
  }

  private taskOf(event: PendingEvent): Task {
    const owner = event.origin === undefined ? undefined : this.owners.get(event.origin as object);
    return owner ?? event.task;
  }

  private note(above: Function, make: (origin: unknown) => Note): void {
    if (this.isOver || this.execution?.isSettingUp === true) return;
    const origin = captureStack(above);
    this.goOn(origin);
    if (this.started.size === 0) this.captured.push({ origin, row: this.begun, isNote: true, isAwait: false });
    this.steps.at(-1)!.notes.push({ origin, make: () => make(origin) });
  }

  /**
   * Whose code runs in a step of `own`: the spawned task's whose context it has. Without one it is no spawned task's,
   * but the body's own, or that of a chain that the body started.
   */
  private runner(own: Task): Task {
    const known = this.contexts.getStore();
    if (known !== undefined) return known;
    for (let task: Task | undefined = own; task !== undefined; task = task.parent) {
      if (task.spawned !== undefined) return this.isNative ? this.execution!.root : own;
    }
    return own;
  }

  /** The row that the running code belongs to: its task's own within the running step, else the one that the step began with. */
  private runningRow(): number {
    const { begun } = this;
    const task = this.isNative ? this.runner(this.steps[begun]!.task) : this.execution!.task;
    for (let row = this.steps.length - 1; row > begun; row -= 1) if (this.steps[row]!.task === task) return row;
    return begun;
  }

  /**
   * Where a task's native code goes on within another's step, it gets a row of its own, which may have interrupted the
   * step's own task.
   */
  private goOn(origin: unknown): void {
    const last = this.steps.at(-1)!;
    const own = this.steps[this.begun]!.task;
    const task = this.isNative ? this.runner(own) : this.execution!.task;
    if (task === last.task) return;
    this.steps.push({ event: undefined, task, origin, atMs: last.atMs, legal: [], index: 0, notes: [], after: [this.runningRow()] });
  }

  private timelineSteps(schedule: Schedule): TimelineStep[] {
    const deviations = new Map(schedule.map((deviation) => [deviation.decision, deviation]));
    const heldTasks = new Set<Task>();
    let decision = -1;
    return this.steps.map((step, index): TimelineStep => {
      if (step.legal.length > 1) decision += 1;
      const taken = step.legal.length > 1 ? deviations.get(decision) : undefined;
      if (taken?.holdsTask === true) heldTasks.add(step.legal[taken.index]!.task);
      const { event } = step;
      return {
        index,
        event: event?.id ?? `${step.task.path}#0`,
        kind: event?.kind ?? (index === 0 ? "microtask" : "await"),
        label: event?.label ?? (index === 0 ? "start" : undefined),
        task: this.taskIndex(step.task, step.event ?? step),
        site: this.siteOfEvent(event ?? step),
        ...innerSite(this.sites.innerOf(step.origin)),
        atMs: step.atMs,
        notes: step.notes.map(({ make }) => make()),
        legal: step.legal.map((one) => one.id),
        after: step.after,
        ...this.touchedBy(step),
        deviation: step.index === 0 ? undefined : this.deviation(step.legal[0]!, taken?.kind ?? "starve", heldTasks),
      };
    });
  }

  private deviation(instead: PendingEvent, kind: StepDeviation["kind"], heldTasks: ReadonlySet<Task>): StepDeviation {
    return {
      kind,
      ...(heldTasks.has(instead.task) ? { holdsTask: true } : {}),
      insteadOf: instead.id,
      insteadOfKind: instead.kind,
      insteadOfLabel: instead.label,
      insteadOfTask: this.taskIndex(this.taskOf(instead), instead),
      insteadOfSite: this.siteOfEvent(instead),
    };
  }

  private touchedBy({ event, touched }: RawStep): Pick<TimelineStep, "touched"> {
    const all = [...(touched?.values() ?? []), ...((event && this.touched.get(event)?.values()) ?? [])];
    return all.length === 0 ? {} : { touched: all };
  }

  private timelineTasks(): TimelineTask[] {
    const named = new Map<string, number>();
    const calls = [...this.tasks.keys()].filter((task) => task instanceof Call);
    const names = laneNames(calls, readLine);
    return [...this.tasks.keys()].map((task) => {
      const wanted = task instanceof Call ? names[calls.indexOf(task)]! : (task.spawned ?? this.functionOf(task) ?? task.path);
      const times = (named.get(wanted) ?? 0) + 1;
      named.set(wanted, times);
      const path = task instanceof Call ? `call#${calls.indexOf(task) + 1}` : task.path;
      return { path, name: times === 1 ? wanted : `${wanted} (${times})` };
    });
  }

  /** The async function that the task's first events stand in. */
  private functionOf(task: Task): string | undefined {
    if (task === this.execution!.root) return undefined;
    for (const { event } of this.steps) {
      if (event === undefined || this.laneOf(event.task) !== task) continue;
      const site = this.siteOf(event.origin);
      if (site?.package === undefined && site?.functionName !== undefined) return site.functionName;
    }
    return undefined;
  }

  private siteOfEvent({ origin, kind }: { readonly origin: unknown; readonly kind?: PendingEvent["kind"] }): Site | undefined {
    return kind === "timer" || kind === "immediate" ? this.sites.ofTimer(origin) : this.sites.of(origin);
  }

  /** Lanes are those of calls, in the order in which the calls were made. */
  private lookAtCalls(): void {
    const calls = callsOf(this.steps, this.captured, this.stuck.map(({ origin }) => origin), this.sites, readLine);
    this.calls = calls;
    this.steps = rowsByLane(this.steps, calls);
    const used = new Set([undefined, ...this.steps.map(({ event, origin }) => (event ?? { origin }).origin), ...this.stuck.map(({ origin }) => origin)].map((origin) => (calls.of(origin) ?? calls.body).lane));
    for (const lane of calls.lanes()) if (used.has(lane)) this.tasks.set(lane === calls.body ? this.execution!.root : lane, this.tasks.size);
  }

  /** The lane of what an origin caused: that of its call, where those are looked at, or its task's. */
  private laneAt(task: Task, origin: unknown): Task | Call {
    const { calls } = this;
    if (calls === undefined) return this.laneOf(task);
    const lane = (calls.of(origin) ?? calls.body).lane;
    return lane === calls.body ? this.execution!.root : lane;
  }

  private taskIndex(ran: Task, event?: { readonly origin?: unknown }): number {
    const task = this.laneAt(ran, event?.origin);
    const known = this.tasks.get(task);
    if (known !== undefined) return known;
    this.tasks.set(task, this.tasks.size);
    return this.tasks.size - 1;
  }

  private siteOf(origin: unknown): Site | undefined {
    return this.sites.of(origin);
  }

  /**
   * The task by whose lane another one goes: the answer of a call belongs where the call was made, though it is found as a
   * chain of its own where many calls are made in one step.
   */
  private laneOf(task: Task): Task {
    let lane = task;
    for (let next = this.lanes.get(lane); next !== undefined; next = this.lanes.get(lane)) lane = next;
    return lane;
  }

  private noteLane(call: { readonly id: string }): void {
    const event = this.steps.at(-1)!.event;
    if (event === undefined || event.kind !== "completion" || event.index !== 1 || event.task.spawned !== undefined) return;
    const asked = this.steps.find((step) => step.event?.id === call.id)?.event;
    if (asked !== undefined && asked.task.spawned === undefined && this.laneOf(asked.task) !== event.task) this.lanes.set(event.task, asked.task);
  }
}
