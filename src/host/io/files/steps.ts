import { activity } from "../../activity.ts";
import { control, subscribe } from "../../control.ts";
import { deferred } from "../../deferred.ts";
import { nextTurn, nodeProcess } from "../../natives.ts";
import type { Patches } from "../../patches.ts";
import { standIn } from "../../stand-in.ts";
import { isCalledByLoader } from "../../stack.ts";
import { actingCall, isAnythingUntold, onlyOneGoingOn, RealOperation, runningOperation, touchAtOnce } from "../operation.ts";
import type { Step } from "../step.ts";
import { noteFootprint } from "../footprint.ts";
import { isNaming, noteMade, type Made } from "./names.ts";
import { isWatchingCreated, noteCreated, noteTouched } from "./created.ts";
import { splitCopy } from "./copy-steps.ts";
import { splitFolders } from "./folder-steps.ts";
import { accessesOf, hidingOrder, type FileAccess } from "./places.ts";
import type { NativeRequest } from "./native-request.ts";
import { watchReadFile } from "./read-file-context.ts";
import { HIDING_ORDER_AT_ONCE, JOBS, STEPS, type StepKind } from "./table.ts";

/*
 * Node's functions for files, all of them, call those of one binding (`process.binding("fs")`, which Node 20 to 26 have),
 * with a request whose `oncomplete` is called at the end, or with a mark that asks for a promise; without either they
 * work at once. So what is asked of the binding are the steps, and the JavaScript between them is Node's.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

export interface Binding extends Record<string, unknown> {
  readonly FSReqCallback: new (isBig?: boolean) => NativeRequest;
  readonly FileHandle: { readonly prototype: object };
  readonly kUsePromises: symbol;
}

/** Node's binding, where there is one that its own functions go through. */
export function fileBinding(): Binding | undefined {
  const { binding } = nodeProcess;
  if (typeof binding !== "function") return undefined;
  const noDeprecation = Object.getOwnPropertyDescriptor(nodeProcess, "noDeprecation");
  try {
    // What it warns of, if it is told to (`--pending-deprecation`), is no business of the user's.
    nodeProcess.noDeprecation = true;
    const found = binding.call(nodeProcess, "fs") as Partial<Binding>;
    const isComplete = typeof found.FSReqCallback === "function" && typeof found.kUsePromises === "symbol" && typeof found.FileHandle === "function";
    return isComplete ? (found as Binding) : undefined;
  } catch {
    // Not in other runtimes, nor under Node's permission model.
    return undefined;
  } finally {
    if (noDeprecation === undefined) delete nodeProcess.noDeprecation;
    else Object.defineProperty(nodeProcess, "noDeprecation", noDeprecation);
  }
}

/** A function of the binding, or a method of one of its classes. */
export interface StepFunction {
  /** For the report. */
  readonly name: string;
  /** What a call is about to touch. */
  accesses(self: unknown, values: readonly unknown[]): readonly FileAccess[];
  /** Whether its numbers are to be bigints. */
  isBig(values: readonly unknown[]): boolean;
  /** Notes what it is about to make, where that is noted. */
  notes?(values: readonly unknown[]): void;
  readonly makes?: Made | undefined;
}

/** What such a call asks for, and how it wants to be told. */
class BindingStep implements Step {
  readonly label: string;
  /** Told by what it is about to touch. */
  isCertain: boolean = true;
  private readonly kind: StepFunction;
  private readonly native: AnyFunction;
  private readonly self: unknown;
  private readonly values: unknown[];
  private readonly request: NativeRequest;

  constructor(kind: StepFunction, native: AnyFunction, self: unknown, values: unknown[], request: NativeRequest) {
    this.label = `fs.${kind.name}`;
    this.kind = kind;
    this.native = native;
    this.self = self;
    this.values = values;
    this.request = request;
  }

  effects(): readonly FileAccess[] {
    const touched = this.kind.accesses(this.self, this.values);
    this.isCertain = !touched.some(({ mayBlock }) => mayBlock === true);
    return touched;
  }

  begin(over: (tell: () => void) => void): void {
    const { request, values } = this;
    const { oncomplete } = request;
    const { makes } = this.kind;
    const call = actingCall();
    if (isWatchingCreated()) this.kind.notes?.(values);
    request.oncomplete = function (this: unknown, ...results: unknown[]): void {
      request.oncomplete = oncomplete;
      if (makes !== undefined) noteMade(makes, values, results[1], call);
      noteTemporary(makes, results[1]);
      over(() => oncomplete.apply(this, results));
    };
    this.native.apply(this.self, this.values);
  }

  get path(): string | undefined {
    const [path] = this.values;
    return typeof path === "string" && this.kind.name !== "write" ? path : undefined;
  }

  get shorten(): (() => void) | undefined {
    if (this.kind.name !== "write") return undefined;
    return () => halve(this.values);
  }

  refuse(error: Error): void {
    this.request.oncomplete.call(this.request, error);
  }
}

/** Of what the binding is given to write, the first half: bytes with offset and length, a list of them, or a text. */
function halve(values: unknown[]): void {
  const [, data, , length] = values;
  if (typeof data === "string") values[1] = data.slice(0, Math.ceil(data.length / 2));
  else if (Array.isArray(data)) values[1] = data.length > 1 ? data.slice(0, Math.ceil(data.length / 2)) : data.map((bytes: Uint8Array) => bytes.subarray(0, Math.ceil(bytes.byteLength / 2)));
  else if (typeof length === "number") values[3] = Math.ceil(length / 2);
}

/** Steps of something else than a function of the binding: a promise is asked for, and there is no request. */
export class PromiseStep implements Step {
  readonly label: string;
  readonly isCertain: boolean = true;
  readonly effects: () => readonly FileAccess[];
  private readonly native: () => Promise<unknown>;
  private readonly told = deferred();

  constructor(label: string, effects: () => readonly FileAccess[], native: () => Promise<unknown>) {
    this.label = label;
    this.effects = effects;
    this.native = native;
  }

  get promise(): Promise<unknown> {
    return this.told.promise;
  }

  begin(over: (tell: () => void) => void): void {
    const { resolve, reject } = this.told;
    const tell = (action: () => void): void => nextTurn(() => over(action));
    subscribe(this.native(), (value) => tell(() => resolve(value)), (reason) => tell(() => reject(reason)));
  }

  refuse(error: Error): void {
    this.told.reject(error);
  }
}

/** A step is one of the operation whose JavaScript runs now; and if there is none, it is an operation by itself. */
function ask(step: Step, above: Function): boolean {
  const operation = runningOperation() ?? onlyOneGoingOn();
  if (operation !== undefined) {
    if (!operation.isLive) return false;
    operation.ask(step);
    return true;
  }
  if (!control.inside || isCalledByLoader(above)) return false;
  const whole = new RealOperation(step.label, above);
  whole.begin(() => whole.ask(wholeOf(whole, step)));
  return true;
}

function wholeOf(operation: RealOperation, step: Step): Step {
  return {
    label: step.label,
    get isCertain() {
      return step.isCertain;
    },
    effects: () => step.effects(),
    begin: (over) => step.begin((tell) => over(() => operation.arrive(tell))),
    refuse: (error) => step.refuse(error),
  };
}

export function stepFunction(kind: StepFunction, native: AnyFunction, binding: Binding): AnyFunction {
  const { FSReqCallback, kUsePromises } = binding;
  return function above(this: unknown, ...values: unknown[]): unknown {
    const running = runningOperation();
    activity.io += 1;
    if (running === undefined && !control.inside) return native.apply(this, values);
    const at = values.findLastIndex((value) => value === kUsePromises || value instanceof FSReqCallback);
    if (at < 0) return running === undefined ? atOnce(kind, this, values, native) : making(kind, values, () => native.apply(this, values));
    if (values[at] !== kUsePromises) {
      const request = values[at] as NativeRequest;
      watchReadFile(request);
      return ask(stepOf(kind, native, this, values, request), above) ? undefined : native.apply(this, values);
    }
    const { promise, resolve, reject } = deferred();
    const request = new FSReqCallback(kind.isBig(values));
    request.oncomplete = (error, value) => (error === null || error === undefined ? resolve(value) : reject(error));
    const asked = values.with(at, request);
    return ask(stepOf(kind, native, this, asked, request), above) ? promise : native.apply(this, values);
  };
}

/** The body has called it to work at once. */
function atOnce(kind: StepFunction, self: unknown, values: readonly unknown[], native: AnyFunction): unknown {
  if (isAnythingUntold() || isNaming() || control.recorder !== undefined) touchAtOnce(kind.accesses(self, values));
  const result = making(kind, values, () => native.apply(self, values as unknown[]));
  if (kind.makes !== undefined) noteMade(kind.makes, values, result, undefined);
  return result;
}

/** A synchronous call. */
function making(kind: StepFunction, values: readonly unknown[], native: () => unknown): unknown {
  if (!isWatchingCreated()) return native();
  kind.notes?.(values);
  const result = native();
  noteTemporary(kind.makes, result);
  return result;
}

/** A folder of a name that is chance is known when it is made. */
function noteTemporary(makes: Made | undefined, result: unknown): void {
  if (makes?.isTemporary === true && typeof result === "string" && isWatchingCreated()) noteCreated(result);
}

function stepOf(kind: StepFunction, native: AnyFunction, self: unknown, values: unknown[], request: NativeRequest): Step {
  const step = new BindingStep(kind, native, self, values, request);
  if (isWatchingCreated() && kind.name === "mkdir") kind.notes?.(values);
  // Nobody would see them.
  if (runningOperation()?.isIndependent === true) return step;
  // Which folders are missing is looked at now.
  if (kind.name === "mkdir" && isNaming()) noteFootprint(control.execution!, accessesOf(LOOKING, values));
  if (kind.name === "mkdir") return splitFolders(values, step, (first) => answerFirst(request, first)) ?? step;
  const told = (error: unknown): void => request.oncomplete.call(request, error);
  return (kind.name === "copyFile" ? splitCopy(values, step, told) : undefined) ?? step;
}

const LOOKING: StepKind = { effects: [[0, "look"]] };

/** A recursive `mkdir` answers with the first folder that it has made. */
function answerFirst(request: NativeRequest, first: string): void {
  const { oncomplete } = request;
  request.oncomplete = function (this: unknown, error, ...results): void {
    const isMade = error === null || error === undefined;
    oncomplete.call(this, error, ...(isMade ? [first] : results));
  };
}

/** `close` of a file handle: its descriptor is closed by the class of the binding itself. */
function closing(native: AnyFunction): AnyFunction {
  return function above(this: unknown): unknown {
    const running = runningOperation();
    if (running === undefined && !control.inside) return native.call(this);
    const descriptor = (this as { readonly fd: number }).fd;
    const step = new PromiseStep("fs.close", () => accessesOf(STEPS["close"]!, [descriptor]), () => native.call(this) as Promise<unknown>);
    return ask(step, above) ? step.promise : native.call(this);
  };
}

/** From Node 26 on whole files are read and written as one piece of work: one step. */
interface Job {
  ondone: (this: unknown, ...results: unknown[]) => void;
}

class JobStep implements Step {
  readonly label: string;
  readonly isCertain: boolean = true;
  readonly effects: () => readonly FileAccess[];
  private readonly job: Job;
  private readonly native: () => unknown;

  constructor(name: string, kind: StepKind, job: Job, native: () => unknown, values: unknown[]) {
    this.label = `fs.${kind.label ?? name}`;
    this.effects = () => accessesOf(kind, values);
    this.job = job;
    this.native = native;
  }

  begin(over: (tell: () => void) => void): void {
    const { job } = this;
    const { ondone } = job;
    job.ondone = function (this: unknown, ...results: unknown[]): void {
      over(() => ondone.apply(this, results));
    };
    const refused = this.native();
    if (refused !== undefined) over(() => ondone.call(job, refused));
  }

  refuse(error: Error): void {
    this.job.ondone.call(this.job, error);
  }
}

function jobFunction(name: string, kind: StepKind, native: AnyFunction): AnyFunction {
  return function above(this: unknown, ...values: unknown[]): unknown {
    activity.io += 1;
    const step = new JobStep(name, kind, this as Job, () => native.apply(this, values), values);
    return (runningOperation() !== undefined || control.inside) && ask(step, above) ? undefined : native.apply(this, values);
  };
}

/** What is known of a function of the binding, by its name there. */
function tabled(name: string, kind: StepKind): StepFunction {
  return {
    name: kind.label ?? name,
    accesses: (_self, values) => accessesOf(kind, values),
    notes: (values) => noteTouched(name, kind, values),
    isBig: (values) => kind.bigint !== undefined && values[kind.bigint] === true,
    makes: kind.makes,
  };
}

/** Replaces the functions of the binding. */
export function installSteps(patches: Patches, fs: Record<string, unknown>, binding: Binding): void {
  for (const name of HIDING_ORDER_AT_ONCE) {
    const native = fs[name];
    if (typeof native === "function") patches.method(fs, name, standIn(native, (self, values) => hidingOrder(() => (native as AnyFunction).apply(self, values))));
  }
  for (const [name, kind] of Object.entries(STEPS)) {
    const native = binding[name];
    if (typeof native === "function") patches.method(binding, name, stepFunction(tabled(name, kind), native as AnyFunction, binding));
  }
  for (const [name, kind] of Object.entries(JOBS)) {
    const job = binding[name] as { readonly prototype: { readonly run: AnyFunction } } | undefined;
    if (job !== undefined) patches.method(job.prototype, "run", jobFunction(name, kind, job.prototype.run));
  }
  const handle = binding.FileHandle.prototype as { readonly close: AnyFunction };
  patches.method(handle, "close", closing(handle.close));
}
