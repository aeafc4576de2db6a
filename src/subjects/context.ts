import { HeddleError } from "../engine/errors.ts";
import type { PendingEvent, Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import type { Program } from "../engine/host.ts";
import { emptyList } from "../engine/lists.ts";
import { EVERYTHING } from "../engine/provenance.ts";
import type { Meetings } from "../engine/meetings.ts";
import type { Tracer } from "../engine/tracer.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import { fromMicrotask } from "../host/context.ts";
import { renewContinuations } from "../host/promises/continuation.ts";
import { control, nativePromise, subscribe, type OriginRecorder } from "../host/control.ts";
import { forgetCollections } from "../host/objects/collections.ts";
import { renewReads } from "../host/promises/promises.ts";
import { handleError } from "../host/process/handlers.ts";
import { resetChannels } from "../host/messages/look-alikes.ts";
import { endPorts } from "../host/messages/generations.ts";
import { natives } from "../host/natives.ts";
import { beginFileTimes } from "../host/io/files/file-times.ts";
import { beginModules, endModules } from "../host/modules/fresh-modules.ts";
import { endSockets } from "../host/io/sockets/sockets.ts";
import { removeWorkspace } from "../host/io/files/workspace.ts";
import { beginOperations, endOperations } from "../host/io/operation.ts";
import { endOutside, resetOutside } from "../host/outside/wait.ts";
import { resetRandomness } from "../host/process/randomness.ts";
import { firstUnhandled, watchRejections, type RejectionWatch } from "../host/promises/rejections.ts";
import { gatherSteps, stepsBehind, watchDependences } from "../host/promises/tracing.ts";
import { forgetTimerIds } from "../host/timers/timers.ts";
import type { Scope } from "../engine/options.ts";
import type { Body } from "./body-context.ts";
import type { Fault } from "./faults.ts";
import type { IoSettings } from "./io.ts";
import { Expectation } from "./liveness.ts";
import { Members } from "./members.ts";
import type { Notebook } from "./notebook.ts";
import { isBelow } from "./real-faults.ts";
import { Resources } from "./resources.ts";
import { Result } from "./result.ts";
import { resultOf } from "./result-of.ts";
import type { Sightings } from "./sightings.ts";

/** What to make of timers that are still armed when the body has ended. */
export type LeakPolicy = "warn" | "fail" | "ignore";

export interface BodySettings {
  readonly body: Body;
  readonly scope: Scope;
  readonly randomSeed: string;
  readonly sightings: Sightings;
  readonly leaks: LeakPolicy;
  /** What may go wrong at each boundary that says nothing else. */
  readonly faults: readonly Fault[];
  /** The most faults in one execution. */
  readonly maxFaults: number;
  /** Is told where events come from, in executions that have no recorder of their own. */
  readonly watcher?: OriginRecorder | undefined;
  /** What is learnt of the real I/O of its executions; `undefined` where nothing is to rely on that. */
  readonly meetings?: Meetings | undefined;
  /** Sees to the end of what an execution has left unfinished; `undefined` if there is nothing. */
  readonly clear?: (() => Promise<unknown> | undefined) | undefined;
  /** An error for what the body returned, where that is a failure. */
  readonly judge?: ((result: unknown) => Error | undefined) | undefined;
}

/** What takes everything down, on a recording execution. */
export interface BodyRecorder extends OriginRecorder {
  /** A spawned task, and the promise of its end that the body was given. */
  starts(task: Task, promise: Promise<unknown>, origin: unknown): void;
  readonly notebook: Notebook;
}

class NamedCheck {
  readonly name: string;
  readonly check: () => unknown;
  /** Whether it was seen to look at something declared, where dependence matters; `undefined` before it is asked. */
  looks: boolean | undefined = undefined;

  constructor(name: string, check: () => unknown) {
    this.name = name;
    this.check = check;
  }
}

/** The program whose body the next microtask starts. */
let starting: BodyProgram | undefined;

function startSoon(program: BodyProgram): void {
  starting = program;
  fromMicrotask(startBody);
}

function startBody(): void {
  const program = starting!;
  starting = undefined;
  program.begin();
}

/** Runs a body as the program of one execution. */
export class BodyProgram implements Program<Execution>, RejectionWatch {
  readonly notebook: Notebook | undefined;
  private readonly settings: BodySettings;
  private readonly recorder: BodyRecorder | undefined;
  private execution: Execution | undefined;
  private readonly trusting: boolean;
  private readonly linking: boolean;
  private readonly invariants: NamedCheck[] = emptyList();
  private readonly hopes: NamedCheck[] = emptyList();
  private readonly expectations: Expectation[] = emptyList();
  private owned: Resources | undefined = undefined;
  private tasks: Set<unknown> | undefined = undefined;
  /** A rejection that nobody hears crashes a process at once; under the other orders the hearing may come later. */
  isImmediate: boolean = false;
  /** Spawned tasks that have not ended, and those of processes that died: only where one may. */
  private openOnes: Set<Task> | undefined = undefined;
  private dead: Set<Task> | undefined = undefined;
  private tracer: Tracer | undefined = undefined;
  private openTasks = 1;
  isWatched: boolean = false;
  private outcome: Result | undefined = undefined;

  /**
   * @param trusting - see `Control.trusting`.
   * @param linking - see `Control.linking`.
   */
  constructor(settings: BodySettings, recorder: BodyRecorder | undefined, trusting: boolean, linking: boolean) {
    this.trusting = trusting;
    this.linking = linking;
    this.settings = settings;
    this.recorder = recorder;
    this.notebook = recorder?.notebook;
  }

  get boundaries(): IoSettings {
    const { faults, maxFaults } = this.settings;
    return { notebook: this.notebook, faults, maxFaults };
  }

  get finished(): boolean {
    return this.openTasks === 0;
  }

  start(execution: Execution): void {
    this.execution = execution;
    const { scope, randomSeed } = this.settings;
    control.begin(execution, scope, this.recorder ?? this.settings.watcher, this.trusting, this.linking);
    control.randomSeed = randomSeed;
    renewContinuations();
    renewReads();
    resetRandomness();
    resetOutside();
    beginModules();
    beginOperations(this.settings.meetings);
    beginFileTimes(execution);
    resetChannels();
    forgetCollections();
    forgetTimerIds();
    this.tracer = execution.tracer;
    if (this.tracer !== undefined) watchDependences();
    this.isImmediate = execution.settings.order === "production";
    watchRejections(this);
    control.enter();
    startSoon(this);
  }

  /** Calls the body. */
  begin(): void {
    const execution = this.execution!;
    try {
      this.follow(execution, this.settings.body(new Members(this, execution)), execution.root);
    } catch (error) {
      execution.fail("error", error);
    }
  }

  /** What the body and its tasks returned, and the state that was declared. */
  get result(): number {
    return this.outcome?.hash ?? 0;
  }

  /** @param hash - says what it is of. Looked at when the execution is over: a search, but no recording, asks for it. */
  comesTo(hash: number, value: unknown): void {
    if (value === undefined || this.recorder !== undefined) return;
    this.outcome ??= new Result();
    this.outcome.add(hash, value);
  }

  isTask(promise: unknown): boolean {
    return this.tasks?.has(promise) === true;
  }

  check(): void {
    if (this.invariants.length > 0) this.verify();
    if (this.hopes.length > 0) this.look();
    if (this.expectations.length > 0) this.await();
  }

  handles(error: unknown): boolean {
    return handleError(error, "uncaughtException");
  }

  close(): void {
    control.end();
    const { execution } = this;
    if (execution === undefined) return;
    const goesOn = this.finished || this.settings.clear !== undefined;
    endOutside();
    endModules();
    endOperations(execution, !goesOn);
    endSockets(goesOn);
    endPorts(goesOn);
    removeWorkspace();
  }

  end(execution: Execution): ExecutionFailure | undefined {
    const { leaks } = execution;
    const lost = this.finished ? (this.owned?.lost() ?? []) : [];
    if (this.recorder !== undefined) leaks.push(...lost.map(({ shown }) => shown));
    const policy = this.settings.leaks;
    if (this.finished && (policy === "fail" || (policy === "warn" && this.recorder !== undefined))) {
      leaks.push(...leaksOf(execution.armed()));
    }
    // Whatever a check looks at that isn't declared, any step may have changed.
    if (this.tracer !== undefined && [...this.invariants, ...this.hopes, ...this.expectations].some(({ looks }) => looks === false)) this.tracer.observe(EVERYTHING);
    const unhandled = firstUnhandled();
    watchRejections(undefined);
    if (unhandled !== undefined) {
      return { kind: unhandled.isTask ? "error" : "unhandled-rejection", error: unhandled.reason };
    }
    if (lost.length > 0) return { kind: "leak", error: new Error(lost.map(({ message }) => message).slice(0, 5).join("; ")) };
    if (leaks.length === 0 || policy !== "fail") return undefined;
    return { kind: "leak", error: new Error(`left behind when the body ended: ${leaks.slice(0, 5).join(", ")}`) };
  }

  private verify(): void {
    for (const invariant of this.invariants) {
      if (this.ask(invariant) === false) throw new InvariantError(invariant.name);
    }
  }

  private look(): void {
    for (let index = this.hopes.length - 1; index >= 0; index -= 1) {
      const hope = this.hopes[index]!;
      if (this.ask(hope) !== true) continue;
      this.settings.sightings.note(hope.name, true);
      this.hopes.splice(index, 1);
    }
  }

  private await(): void {
    for (let index = this.expectations.length - 1; index >= 0; index -= 1) {
      const expectation = this.expectations[index]!;
      if (this.ask(expectation) !== true) continue;
      this.expectations.splice(index, 1);
      this.openTasks -= 1;
      expectation.holds();
    }
  }

  private ask(asked: NamedCheck | Expectation): unknown {
    const { tracer, notebook } = this;
    if (notebook !== undefined) return notebook.ask(asked.check);
    if (tracer === undefined || asked.looks === true) return asked.check();
    const before = tracer.observations;
    const answer = asked.check();
    asked.looks = tracer.observations > before;
    return answer;
  }

  mindDeaths(): void {
    this.openOnes ??= new Set();
  }

  forget(dead: Task): void {
    for (const task of this.openOnes ?? []) {
      if (!isBelow(task, dead)) continue;
      this.openOnes!.delete(task);
      (this.dead ??= new Set()).add(task);
      this.openTasks -= 1;
    }
  }

  /** Counts a promise in: the body is over when all of them are settled. */
  private follow(execution: Execution, result: unknown, task: Task): void {
    const promise = nativePromise(result);
    const { tracer } = execution;
    const begun = tracer?.step ?? 0;
    subscribe(
      promise,
      (value) => {
        if (!this.ends(task)) return;
        if (tracer !== undefined) tracer.complete(begun, stepsBehind(promise));
        if (value === undefined) return;
        this.comesTo(task.hash, value);
        const error = task === execution.root ? this.settings.judge?.(value) : undefined;
        if (error !== undefined) execution.fail("error", error);
      },
      (reason) => {
        if (!this.ends(task)) return;
        if (tracer !== undefined) tracer.complete(begun, stepsBehind(promise));
        this.comesTo(task.hash + 1, reason ?? null);
        if (task === execution.root) execution.fail("error", reason);
      },
    );
  }

  /** False of what has died before. */
  private ends(task: Task): boolean {
    if (this.dead?.has(task) === true) return false;
    this.openOnes?.delete(task);
    this.openTasks -= 1;
    return true;
  }

  /** @param above - the function that the body called. */
  spawn<Result>(execution: Execution, name: string, fn: () => Result, above: Function): Promise<Awaited<Result>> {
    if (typeof name !== "string" || typeof fn !== "function") {
      throw new HeddleError("BAD_SUBJECT", 'spawn(name, fn) takes a name and a function: spawn("checkout", () => wallet.withdraw(60))');
    }
    if (execution.over) return new natives.Promise(() => undefined);
    this.openTasks += 1;
    const task = execution.task.spawn(name);
    this.openOnes?.add(task);
    const run = (): Promise<Awaited<Result>> => execution.within(task, () => resultOf(fn));
    const started = this.recorder === undefined ? run() : this.recorder.within(task, run);
    this.follow(execution, started, task);
    // The user's own promise: whether somebody listens to it decides if its rejection is heard.
    const told = new natives.Promise<Awaited<Result>>((resolve, reject) =>
      subscribe(started, resolve as (value: unknown) => void, reject),
    );
    (this.tasks ??= new Set()).add(told);
    const { tracer } = execution;
    if (tracer !== undefined) {
      const note = (): void => void gatherSteps(told).push(tracer.step);
      subscribe(started, note, note);
    }
    this.recorder?.starts(task, told, this.recorder.origin(above));
    return told;
  }

  addInvariant(name: string, check: () => unknown): void {
    if (typeof name !== "string") {
      throw new HeddleError("BAD_SUBJECT", 'invariant(name, check) takes a name first: invariant("never overdrawn", () => wallet.balance >= 0)');
    }
    if (typeof check !== "function") {
      throw new HeddleError("BAD_SUBJECT", `invariant("${name}", check): check must be a function, so that it can be called after every step`);
    }
    this.isWatched = true;
    this.invariants.push(new NamedCheck(name, check));
  }

  expect(execution: Execution, name: string, condition: () => boolean, withinMs: number): Promise<void> {
    const expectation = new Expectation(execution, name, condition, withinMs);
    this.isWatched = true;
    this.openTasks += 1;
    this.expectations.push(expectation);
    return expectation.promise;
  }

  get resources(): Resources {
    return (this.owned ??= new Resources());
  }

  addHope(name: string, condition: boolean | (() => boolean)): void {
    if (typeof name !== "string" || (typeof condition !== "boolean" && typeof condition !== "function")) {
      throw new HeddleError("BAD_SUBJECT", 'sometimes(name, condition) takes a name, and a boolean or a function that returns one: sometimes("cache is full", () => cache.size === 10)');
    }
    this.settings.sightings.note(name, condition === true);
    if (typeof condition !== "function") return;
    this.isWatched = true;
    this.hopes.push(new NamedCheck(name, condition));
  }
}

/** What is still armed, each kind once. */
function leaksOf(armed: readonly PendingEvent[]): string[] {
  const counts = new Map<string, number>();
  for (const event of armed) counts.set(event.describe(), (counts.get(event.describe()) ?? 0) + 1);
  return [...counts].map(([what, times]) => `${what} still armed${times === 1 ? "" : ` (${times.toLocaleString("en")} times)`}`);
}

/** An invariant that returned `false`. */
class InvariantError extends Error {
  override readonly name: string = "InvariantError";

  constructor(invariant: string) {
    super(`invariant "${invariant}" does not hold`);
  }
}

