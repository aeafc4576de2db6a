import { HeddleError } from "../engine/errors.ts";
import { PendingEvent, type Task } from "../engine/event.ts";
import type { Instant } from "../engine/clock.ts";
import type { Execution } from "../engine/execution.ts";
import { captureContext, type AsyncContext } from "../host/context.ts";
import { control, subscribe } from "../host/control.ts";
import { natives } from "../host/natives.ts";
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

/** `io(name, fn)` and `io.wrap(object, name?)`. */
export interface Io {
  <Operation extends AnyFunction = () => void>(name: string, operation?: Operation): IoFunction<Operation>;
  wrap<Target extends object>(target: Target, name?: string): IoObject<Target> & Target;
}

class IoEvent extends PendingEvent {
  private readonly context: AsyncContext;
  private readonly action: () => void;

  constructor(kind: "request" | "completion", owner: Task, name: string, context: AsyncContext, action: () => void) {
    super(kind, owner);
    this.label = name;
    this.context = context;
    this.action = action;
  }

  override run(): void {
    this.context.runInAsyncScope(this.action);
  }
}

/** One call through a boundary: the request is an event, and when it has acted and answered, so is the completion. */
class Operation {
  private readonly execution: Execution;
  private readonly name: string;
  private readonly act: () => unknown;
  private readonly owner: Task;
  private readonly origin: unknown;
  private readonly context = captureContext("heddle.io");
  private readonly notebook: Notebook | undefined;
  private readonly asked: Instant;
  private resolve!: (value: unknown) => void;
  private reject!: (reason: unknown) => void;
  readonly promise: Promise<unknown>;
  readonly requested: IoEvent;

  constructor(execution: Execution, name: string, act: () => unknown, origin: unknown, notebook: Notebook | undefined) {
    this.execution = execution;
    this.name = name;
    this.act = act;
    this.owner = execution.task;
    this.origin = origin;
    this.notebook = notebook;
    this.promise = new natives.Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.asked = execution.clock.instant();
    this.requested = this.event("request", () => this.request());
    execution.readyRequest(this.requested);
  }

  private event(kind: "request" | "completion", action: () => void): IoEvent {
    const event = new IoEvent(kind, this.owner, this.name, this.context, action);
    event.origin = this.origin;
    return event;
  }

  private request(): void {
    const requested = this.execution.clock.instant();
    const { tracer, settings } = this.execution;
    const resource = `io ${resourceOf(this.name)}`;
    if (settings.strategy.usesFootprints === true) this.execution.access(resource, true);
    // Whatever the operation goes on with is done to the resource as well.
    if (tracer !== undefined) tracer.resource = resource;
    let answer: unknown;
    try {
      answer = this.act();
    } catch (error) {
      this.complete(requested, false, error);
      return;
    }
    if (isPromiseLike(answer)) {
      const promise = control.outside(() => natives.resolve.call(natives.Promise, answer));
      subscribe(
        promise,
        (value) => this.complete(requested, true, value),
        (reason) => this.complete(requested, false, reason),
      );
    } else {
      this.complete(requested, true, answer);
    }
  }

  /** Its latency counts from the call, less the virtual time that the operation itself took. */
  private complete(requested: Instant, isFulfilled: boolean, result: unknown): void {
    const { execution } = this;
    if (execution.over) return;
    const tookMs = execution.now - execution.clock.msOf(requested);
    const event = this.event("completion", () => {
      this.notebook?.answer(this.name, result, !isFulfilled, this.requested);
      (isFulfilled ? this.resolve : this.reject)(result);
    });
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
}

/** What the names of boundaries have in common where they go to one resource: `db` of `db.load` and `db.save`. */
function resourceOf(name: string): string {
  return name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** The `io` of one execution's body. */
export function makeIo(execution: Execution, notebook: Notebook | undefined): Io {
  const io = (<Act extends AnyFunction>(name: string, operation?: Act): IoFunction<Act> => {
    if (typeof name !== "string") {
      throw new HeddleError("BAD_SUBJECT", "io(name, fn) takes a name first: io(\"db.save\", () => db.save(row))");
    }
    if (operation !== undefined && typeof operation !== "function") {
      throw new HeddleError("BAD_SUBJECT", `io("${name}", fn): fn must be a function; pass () => operation(), not its result`);
    }
    const boundary = function (this: unknown, ...values: Parameters<Act>): Promise<unknown> {
      if (execution.over) return never();
      const origin = control.recorder?.origin(boundary);
      const asked = new Operation(execution, name, () => operation?.apply(this, values), origin, notebook);
      notebook?.request(name, values, asked.requested);
      return asked.promise;
    };
    return boundary as IoFunction<Act>;
  }) as Io;
  io.wrap = (target, name) => wrap(io, target, name);
  return io;
}

/** A body that was given up asks for nothing any more. */
function never(): Promise<never> {
  return new natives.Promise<never>(() => undefined);
}

/** Each method of the object, its prototype's too, as a boundary; fields are read and written through. */
function wrap<Target extends object>(io: Io, target: Target, name?: string): IoObject<Target> & Target {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    throw new HeddleError("BAD_SUBJECT", "io.wrap(object, name?) takes an object whose methods do I/O; for a single function use io(name, fn)");
  }
  const title = name ?? target.constructor?.name ?? "object";
  const boundaries = new Map<PropertyKey, unknown>();
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== "function" || key === "constructor" || key === "then" || typeof key === "symbol") return value;
      const known = boundaries.get(key);
      if (known !== undefined) return known;
      const boundary = io(`${title}.${key}`, (...values: never[]) => (value as AnyFunction).apply(object, values));
      boundaries.set(key, boundary);
      return boundary;
    },
  }) as IoObject<Target> & Target;
}
