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
import type { Notebook } from "./notebook.ts";

type AnyFunction = (this: unknown, ...values: never[]) => unknown;

/** What an I/O boundary makes of a function: it answers later, always. */
export type IoFunction<Operation extends AnyFunction> = (
  ...values: Parameters<Operation>
) => Promise<Awaited<ReturnType<Operation>>>;

/** An object each of whose methods is an I/O boundary. */
export type IoObject<Target> = {
  [Key in keyof Target]: Target[Key] extends (...values: infer Values) => infer Result
    ? (...values: Values) => Promise<Awaited<Result>>
    : Target[Key];
};

/** Of one boundary, or of all methods of one object. */
export interface IoOptions<Values extends readonly unknown[] = readonly never[]> {
  /**
   * What may go wrong with its calls: see `FaultKind`. Each that happens is a deviation from plain JavaScript's order,
   * and at most `maxFaults` (an option of the race, 1 by default) happen in one execution. Default: what the race's
   * option `faults` says, which is none by default.
   */
  readonly faults?: readonly Fault[];
  /**
   * Which part of the resource a call uses, told from what it is called with: `(id) => id`. Calls with different keys have
   * nothing to do with each other, and a search that reduces orders (`independence`) or goes by what steps touch need not
   * try them in both. Keys are compared as texts; `undefined` stands for the whole resource, and so does no `key`.
   */
  readonly key?: (...values: Values) => unknown;
}

/** `io(name, fn)` and `io.wrap(object, name?)`. */
export interface Io {
  <Operation extends AnyFunction = () => void>(name: string, operation?: Operation, options?: IoOptions<Parameters<Operation>>): IoFunction<Operation>;
  wrap<Target extends object>(target: Target, name?: string, options?: IoOptions): IoObject<Target> & Target;
}

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
  private readonly key: string | undefined;
  private readonly asked: Instant;
  resolve: Handler | undefined = undefined;
  reject: Handler | undefined = undefined;
  private faults: Faults | undefined = undefined;
  /** The fault that has happened to it. */
  fault: Fault | undefined = undefined;

  constructor(execution: Execution, name: string, act: () => unknown, origin: unknown, notebook: Notebook | undefined, key: string | undefined) {
    this.execution = execution;
    this.key = key;
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
    const { tracer, settings } = this.execution;
    if (settings.strategy.usesFootprints === true) {
      const resource = new Resource(resourceOf(this.name), this.key);
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
      const onFulfilled = (value: unknown): void => this.complete(requested, true, value);
      const onRejected = (reason: unknown): void => this.complete(requested, false, reason);
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
    (isFulfilled ? this.resolve : this.reject)!(result);
  }
}

/** What the names of boundaries have in common where they go to one resource: `db` of `db.load` and `db.save`. */
function resourceOf(name: string): string {
  return `io ${name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name}`;
}

function textOfKey(key: unknown): string | undefined {
  return key === undefined ? undefined : String(key);
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
  const io = (<Act extends AnyFunction>(name: string, operation?: Act, options?: IoOptions<Parameters<Act>>): IoFunction<Act> => {
    if (typeof name !== "string") {
      throw new HeddleError("BAD_SUBJECT", "io(name, fn) takes a name first: io(\"db.save\", () => db.save(row))");
    }
    if (operation !== undefined && typeof operation !== "function") {
      throw new HeddleError("BAD_SUBJECT", `io("${name}", fn): fn must be a function; pass () => operation(), not its result`);
    }
    const kinds = options?.faults === undefined ? faults : checkFaults(`io("${name}", fn, { faults })`, options.faults, "BAD_SUBJECT");
    const key = options?.key;
    if (key !== undefined && typeof key !== "function") {
      throw new HeddleError("BAD_SUBJECT", `io("${name}", fn, { key }): key must be a function that says what a call is about: { key: (id) => id }`);
    }
    const boundary = function (this: unknown, ...values: Parameters<Act>): Promise<unknown> {
      if (execution.over) return never();
      const origin = control.recorder?.origin(boundary);
      const asked = new Operation(execution, name, () => operation?.apply(this, values), origin, notebook, key === undefined ? undefined : textOfKey(key(...values)));
      notebook?.request(name, values, asked.requested);
      if (kinds.length > 0) asked.mayFail((possible ??= new Faults(execution, maxFaults)), kinds);
      return asked.promise;
    };
    if (execution.tracer !== undefined) boundaries.add(boundary);
    return boundary as IoFunction<Act>;
  }) as Io;
  io.wrap = (target, name, options) => {
    const wrapped = wrap(io, target, name, options);
    if (execution.tracer !== undefined) boundaries.add(wrapped);
    return wrapped;
  };
  return io;
}

/** A body that was given up asks for nothing any more. */
function never(): Promise<never> {
  return new natives.Promise<never>(() => undefined);
}

/** Each method of the object, its prototype's too, as a boundary; fields are read and written through. */
function wrap<Target extends object>(io: Io, target: Target, name?: string, options?: IoOptions): IoObject<Target> & Target {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    throw new HeddleError("BAD_SUBJECT", "io.wrap(object, name?) takes an object whose methods do I/O; for a single function use io(name, fn)");
  }
  const title = name ?? target.constructor?.name ?? "object";
  if (options?.faults !== undefined) checkFaults(`io.wrap(object, "${title}", { faults })`, options.faults, "BAD_SUBJECT");
  return new Proxy(target, new Boundaries(io, title, options)) as IoObject<Target> & Target;
}

/** Those of one object, made when they are asked for. */
class Boundaries implements ProxyHandler<object> {
  private readonly io: Io;
  private readonly title: string;
  private readonly options: IoOptions | undefined;
  private readonly known: Map<PropertyKey, unknown> = new Map();

  constructor(io: Io, title: string, options: IoOptions | undefined) {
    this.io = io;
    this.options = options;
    this.title = title;
  }

  get(object: object, key: PropertyKey): unknown {
    const value: unknown = Reflect.get(object, key, object);
    if (typeof value !== "function" || key === "constructor" || key === "then" || typeof key === "symbol") return value;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const boundary = this.io(`${this.title}.${key}`, (...values: never[]) => (value as AnyFunction).apply(object, values), this.options);
    this.known.set(key, boundary);
    return boundary;
  }
}
