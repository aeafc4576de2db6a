import { HeddleError } from "../engine/errors.ts";
import { PendingEvent, type Task } from "../engine/event.ts";
import type { Instant } from "../engine/clock.ts";
import type { Execution } from "../engine/execution.ts";
import { Resource } from "../engine/resource.ts";
import { captureContext, type AsyncContext } from "../host/context.ts";
import { gateOf, type Handler } from "../host/promises/continuation.ts";
import { chain } from "../host/promises/chain.ts";
import { control, nativePromise, subscribe } from "../host/control.ts";
import { natives } from "../host/natives.ts";
import { checkFaults, errorOf, Faults, kindOf, type Fault } from "./faults.ts";
import type { AnyFunction, Io, IoOptions } from "./io-options.ts";
import type { Notebook } from "./notebook.ts";
import { resourceOf, Usages, type Usage } from "./usages.ts";
import { wrap, type MakeBoundary } from "./wrapped.ts";

/** What the boundaries of one execution have in common. */
export interface IoSettings {
  readonly notebook: Notebook | undefined;
  readonly faults: readonly Fault[];
  /** The most faults in one execution. */
  readonly maxFaults: number;
}

/** What the operation was asked to do is done in the async context of the call. */
class RequestEvent extends PendingEvent {
  private readonly operation: Operation;
  private readonly context: AsyncContext = captureContext("heddle.io");

  constructor(owner: Task, operation: Operation) {
    super("request", owner);
    this.label = operation.name;
    this.origin = operation.origin;
    this.operation = operation;
  }

  override run(): void {
    this.operation.withdrawFaults();
    this.context.runInAsyncScope(request, this.operation);
  }

  runWith(fault: Fault): void {
    this.operation.fault = fault;
    this.context.runInAsyncScope(request, this.operation);
  }
}

function request(this: Operation): void {
  this.request();
}

/** The same request, once more: nobody hears its answer. */
class DuplicateEvent extends PendingEvent {
  private readonly act: () => void;
  private readonly context: AsyncContext = captureContext("heddle.io");

  constructor(owner: Task, name: string, origin: unknown, act: () => void) {
    super("request", owner);
    this.label = `${name} (duplicate)`;
    this.origin = origin;
    this.act = act;
  }

  override run(): void {
    this.context.runInAsyncScope(this.act);
  }
}

/** Whoever waits for the answer has a context of its own. */
class CompletionEvent extends PendingEvent {
  private readonly operation: Operation;
  private readonly isFulfilled: boolean;
  private readonly result: unknown;

  constructor(operation: Operation, isFulfilled: boolean, result: unknown) {
    super("completion", operation.owner);
    this.label = operation.name;
    this.origin = operation.origin;
    this.operation = operation;
    this.isFulfilled = isFulfilled;
    this.result = result;
  }

  override get answers(): PendingEvent {
    return this.operation.requested;
  }

  override run(): void {
    this.operation.answer(this.isFulfilled, this.result);
  }
}

/** One call through a boundary: the request is an event, and when it has acted and answered, so is the completion. */
class Operation {
  readonly name: string;
  readonly owner: Task;
  readonly origin: unknown;
  readonly promise: Promise<unknown>;
  readonly requested: RequestEvent;
  private readonly execution: Execution;
  private readonly act: () => unknown;
  private readonly notebook: Notebook | undefined;
  private readonly asked: Instant;
  usage: Usage | undefined = undefined;
  /** What the caller is given in place of the result. */
  told: ((result: unknown) => unknown) | undefined = undefined;
  resolve: Handler | undefined = undefined;
  reject: Handler | undefined = undefined;
  private faults: Faults | undefined = undefined;
  /** The fault that has happened to it. */
  fault: Fault | undefined = undefined;

  constructor(execution: Execution, name: string, act: () => unknown, origin: unknown, notebook: Notebook | undefined) {
    this.execution = execution;
    this.name = name;
    this.act = act;
    this.owner = execution.task;
    this.origin = origin;
    this.notebook = notebook;
    this.promise = gateOf(this);
    this.asked = execution.clock.instant();
    this.requested = new RequestEvent(this.owner, this);
    execution.readyRequest(this.requested);
  }

  mayFail(faults: Faults, kinds: readonly Fault[]): void {
    this.faults = faults;
    faults.offer(this.requested, kinds, (fault) => this.requested.runWith(fault));
  }

  withdrawFaults(): void {
    if (this.faults !== undefined) this.faults.withdraw(this.requested);
  }

  request(): void {
    const requested = this.execution.clock.instant();
    const { tracer, settings, clock } = this.execution;
    const used = this.usage?.();
    if (used?.isTimeless === true) clock.isIgnored = true;
    if (settings.strategy.usesFootprints === true) {
      const resource = new Resource(resourceOf(this.name), used?.parts);
      for (const { place, isWrite } of resource.accesses) this.execution.access(place, isWrite);
      // Whatever the operation goes on with is done to the resource as well.
      if (tracer !== undefined) tracer.resource = resource;
    }
    const { fault } = this;
    if (fault !== undefined) {
      const kind = kindOf(fault);
      if (kind === "reject") return this.complete(requested, true, undefined);
      if (kind === "hang") return this.actUnheard();
      if (kind === "duplicate") this.duplicate();
    }
    let answer: unknown;
    try {
      answer = this.act();
    } catch (error) {
      this.complete(requested, false, error);
      return;
    }
    if (isPromiseLike(answer)) {
      const promise = nativePromise(answer);
      const begunIn = tracer?.step;
      tracer?.begins();
      const end = (isFulfilled: boolean) => (value: unknown): void => {
        tracer?.hasEnded(control.inside && tracer.step === begunIn);
        this.complete(requested, isFulfilled, value);
      };
      const [onFulfilled, onRejected] = [end(true), end(false)];
      if (control.linking) chain(promise, onFulfilled, onRejected, this.promise);
      else subscribe(promise, onFulfilled, onRejected);
    } else {
      this.complete(requested, true, answer);
    }
  }

  /** The network has delivered the request twice. */
  private duplicate(): void {
    this.execution.readyRequest(new DuplicateEvent(this.execution.task, this.name, this.origin, () => this.actUnheard()));
  }

  private actUnheard(): void {
    try {
      const answer = this.act();
      if (isPromiseLike(answer)) subscribe(nativePromise(answer), ignore, ignore);
    } catch {
      // Nobody is told.
    }
  }

  /** Its latency counts from the call, less the virtual time that the operation itself took. */
  private complete(requested: Instant, isFulfilled: boolean, result: unknown): void {
    const { execution } = this;
    if (execution.over) return;
    const tookMs = execution.now - execution.clock.msOf(requested);
    const { fault } = this;
    const isLost = fault !== undefined && kindOf(fault) !== "duplicate";
    const event = isLost ? new CompletionEvent(this, false, errorOf(fault, this.name)) : new CompletionEvent(this, isFulfilled, result);
    const resource = execution.tracer?.resource;
    if (execution.tracer !== undefined) execution.tracer.resource = undefined;
    if (control.inside) {
      execution.readyCompletion(event, { moment: this.asked.moment, afterMs: this.asked.afterMs + tookMs });
    } else {
      execution.register(event);
      execution.arriveFromOutside(event);
    }
    if (execution.tracer !== undefined) execution.tracer.resource = resource;
  }

  answer(isFulfilled: boolean, result: unknown): void {
    this.notebook?.answer(this.name, result, !isFulfilled, this.requested);
    if (isFulfilled) this.resolve!(this.told === undefined ? result : this.told(result));
    else this.reject!(result);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof natives.Promise) return true;
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

const boundaries = new WeakSet<object>();

/** Whether it is an I/O boundary, or an object of them: what is done through it is seen. */
export function isBoundary(value: object): boolean {
  return boundaries.has(value);
}
function ignore(): void {}

/** The `io` of one execution's body. */
export function makeIo(execution: Execution, { notebook, faults, maxFaults }: IoSettings): Io {
  let possible: Faults | undefined;
  const usages = new Usages();
  const make: MakeBoundary = (name, operation, options, method) => {
    if (typeof name !== "string") {
      throw new HeddleError("BAD_SUBJECT", "io(name, fn) takes a name first: io(\"db.save\", () => db.save(row))");
    }
    if (operation !== undefined && typeof operation !== "function") {
      throw new HeddleError("BAD_SUBJECT", `io("${name}", fn): fn must be a function; pass () => operation(), not its result`);
    }
    const kinds = options?.faults === undefined ? faults : checkFaults(`io("${name}", fn, { faults })`, options.faults, "BAD_SUBJECT");
    const usage = usages.of(name, options, method?.statement);
    const boundary = function (this: unknown, ...values: never[]): Promise<unknown> {
      if (execution.over) return never();
      const origin = control.recorder?.origin(boundary);
      const asked = new Operation(execution, name, () => operation?.apply(this, values), origin, notebook);
      asked.usage = usage?.(values);
      const told = method?.told;
      if (told !== undefined) asked.told = (result) => told(values, result);
      notebook?.request(name, values, asked.requested);
      if (kinds.length > 0) asked.mayFail((possible ??= new Faults(execution, maxFaults)), kinds);
      return asked.promise;
    };
    if (execution.tracer !== undefined) boundaries.add(boundary);
    return boundary;
  };
  const io = ((name: string, operation?: AnyFunction, options?: IoOptions) => make(name, operation, options)) as Io;
  io.wrap = (target, name, options) => {
    const wrapped = wrap(make, target, name, options);
    if (execution.tracer !== undefined) boundaries.add(wrapped);
    return wrapped;
  };
  return io;
}

/** A body that was given up asks for nothing any more. */
function never(): Promise<never> {
  return new natives.Promise<never>(() => undefined);
}
