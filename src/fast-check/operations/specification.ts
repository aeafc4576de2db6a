import { HeddleError } from "../../engine/errors.ts";
import type { Isolation } from "../../histories/serializable.ts";
import type { BodyContext } from "../../subjects/body-context.ts";
import { isArbitrary, type ArbitraryLike } from "../arbitrary-like.ts";

/** An arbitrary for each argument. */
export type ArbitrariesOf<Arguments extends readonly unknown[]> = { readonly [Index in keyof Arguments]: ArbitraryLike<Arguments[Index]> };

/** An operation that is more than a method of its name: how it is run, and what a model makes of it. */
export interface OperationSpecification<Subject, State, Arguments extends readonly unknown[]> {
  readonly arguments: readonly [...ArbitrariesOf<Arguments>];
  /** Default: the method of the operation's name. What it throws or rejects with is its result too. */
  readonly run?: (subject: Subject, ...args: Arguments) => unknown;
  /** The state after the operation, and what it answers; where it throws, it answers with that error. A pure function. */
  readonly model?: (state: State, ...args: Arguments) => readonly [state: State, output: unknown];
}

/** An operation: the arbitraries of its arguments, where it is a method of the subject's; or all of it. */
export type OperationGiven<Subject, State, Arguments extends readonly unknown[]> =
  | readonly [...ArbitrariesOf<Arguments>]
  | OperationSpecification<Subject, State, Arguments>;

/** The types of the arguments of each operation. */
export type Operations = Readonly<Record<string, readonly unknown[]>>;

/** What a sequential object would do. Operations need a `model` function each then. */
export interface SequentialModel<State> {
  /** The state before the first operation, or a function that makes it. Never changed in place. */
  readonly initial: State | (() => State);
  /** The independent part of the object that an operation works on, its key for instance. Judged each by itself. */
  readonly partition?: (operation: string, args: readonly unknown[]) => unknown;
}

/**
 * What is to hold for a shared object whose operations overlap.
 *
 * Without a `model` the object itself is the specification: what came out must be what the same operations, one after
 * another in some order, give on a fresh object.
 */
export interface LinearizableSpecification<Subject, State, Own extends Operations> {
  /** Makes the subject, afresh for each execution. Called in the body, before the first operation. */
  readonly create: (context: BodyContext) => Subject | Promise<Subject>;
  /** The operations by name. */
  readonly operations: { readonly [Name in keyof Own]: OperationGiven<Subject, State, Own[Name]> };
  readonly model?: SequentialModel<State>;
  /** What is seen of the subject when all operations are over: a result like theirs. Not asked where there is a model. */
  readonly observe?: (subject: Subject) => unknown;
  /**
   * - `linearizable` (default): each operation takes effect at one moment between its call and its return.
   * - `sequential`: the order of each task is kept, real time is not.
   * - `quiescent`: only what is separated by a moment at which nothing is under way is kept in order.
   * - `serializable`, `strict-serializable`, `snapshot-isolation`, `read-committed`: each operation is a transaction over
   *   keys, and its `run` returns the steps that it took (`TransactionStep[]` of `heddle/histories`): what it read, what it
   *   wrote. Values written to one key must differ. One that throws was rolled back. See `checkSerializable`.
   */
  readonly consistency?: Consistency;
  /** How large the programs are, at most. */
  readonly size?: ProgramSize;
}

export type Consistency = ObjectConsistency | Isolation;

/** Of operations on an object, as against transactions over keys. */
export type ObjectConsistency = "linearizable" | "sequential" | "quiescent";

export interface ProgramSize {
  /** Tasks that run side by side, from 2. Default 3. */
  readonly tasks?: number;
  /** Operations of one task, from 1. Default 3. */
  readonly operations?: number;
  /** Operations before the tasks. Default 2. */
  readonly before?: number;
  /** Operations behind the tasks, which look at the state. Default 2. */
  readonly after?: number;
}

/** A specification whose types nobody knows any more. */
export type AnySpecification = LinearizableSpecification<unknown, unknown, Operations>;

/** A specification, checked and complete. */
export interface CheckedSpecification {
  readonly create: (context: BodyContext) => unknown;
  readonly operations: ReadonlyMap<string, CheckedOperation>;
  readonly model: SequentialModel<unknown> | undefined;
  readonly observe: ((subject: unknown) => unknown) | undefined;
  readonly consistency: Consistency;
  readonly size: Required<ProgramSize>;
}

export interface CheckedOperation {
  readonly arguments: readonly ArbitraryLike<unknown>[];
  readonly run: (subject: unknown, ...args: readonly unknown[]) => unknown;
  readonly model: ((state: unknown, ...args: readonly unknown[]) => readonly [unknown, unknown]) | undefined;
}

const USAGE = 'linearizable({ create: () => new Store(), operations: { get: [fc.constantFrom("a", "b")], set: [fc.constantFrom("a", "b"), fc.nat()] } })';
const OBJECT_CONSISTENCIES: readonly Consistency[] = ["linearizable", "sequential", "quiescent"];
const ISOLATIONS: readonly Consistency[] = ["serializable", "strict-serializable", "snapshot-isolation", "read-committed"];
const SIZES: Readonly<Record<keyof ProgramSize, { readonly usual: number; readonly least: number }>> = {
  tasks: { usual: 3, least: 2 },
  operations: { usual: 3, least: 1 },
  before: { usual: 2, least: 0 },
  after: { usual: 2, least: 0 },
};

/** @throws HeddleError `BAD_OPTION` naming what is missing or wrong. */
export function checkSpecification(given: AnySpecification): CheckedSpecification {
  const { create, operations, model, observe, consistency = "linearizable", size = {} } = (given ?? {}) as Partial<AnySpecification>;
  if (typeof create !== "function") throw bad("`create` is missing: the function that makes the subject");
  if (typeof operations !== "object" || operations === null || Object.keys(operations).length === 0) throw bad("`operations` is missing: the operations by name");
  if (observe !== undefined && typeof observe !== "function") throw bad("`observe` is no function");
  const known = [...OBJECT_CONSISTENCIES, ...ISOLATIONS];
  if (!known.includes(consistency)) throw bad(`\`consistency\` is ${JSON.stringify(consistency)}; it takes one of ${known.join(", ")}`);
  if (isIsolation(consistency) && model !== undefined) throw bad(`there is a model, and \`consistency\` is "${consistency}", which needs none: what transactions read and wrote tells`);
  if (model !== undefined && (typeof model !== "object" || !("initial" in model))) throw bad("`model` has no `initial` state");
  const checked = new Map(Object.entries(operations).map(([name, operation]) => [name, checkOperation(name, operation, model !== undefined)]));
  return { create, operations: checked, model, observe: model === undefined && !isIsolation(consistency) ? observe : undefined, consistency, size: checkSize(size) };
}

/** Whether operations are transactions over keys. */
export function isIsolation(consistency: Consistency): consistency is Isolation {
  return ISOLATIONS.includes(consistency);
}

function checkOperation(name: string, given: unknown, isModelled: boolean): CheckedOperation {
  const { arguments: args, run, model } = (Array.isArray(given) ? { arguments: given } : (given ?? {})) as Partial<OperationSpecification<unknown, unknown, unknown[]>>;
  if (!Array.isArray(args) || !args.every(isArbitrary)) throw bad(`the operation "${name}" has no list of arbitraries for its arguments`);
  if (isModelled && typeof model !== "function") throw bad(`there is a model, and the operation "${name}" has no \`model\` function`);
  const method = (subject: unknown, ...values: readonly unknown[]): unknown => {
    const own = (subject as Record<string, unknown> | null | undefined)?.[name];
    if (typeof own !== "function") throw bad(`the subject has no method "${name}"; give the operation a \`run\` function`);
    return own.apply(subject, values) as unknown;
  };
  return { arguments: args as readonly ArbitraryLike<unknown>[], run: (run ?? method) as CheckedOperation["run"], model: isModelled ? (model as CheckedOperation["model"]) : undefined };
}

function checkSize(given: ProgramSize): Required<ProgramSize> {
  const size: Record<string, number> = {};
  for (const [key, { usual, least }] of Object.entries(SIZES)) {
    const value = given[key as keyof ProgramSize] ?? usual;
    if (!Number.isSafeInteger(value) || value < least) throw bad(`\`size.${key}\` is ${String(value)}; it takes a whole number from ${least}`);
    size[key] = value;
  }
  return size as unknown as Required<ProgramSize>;
}

function bad(problem: string): HeddleError {
  return new HeddleError("BAD_OPTION", `${problem}. For example: ${USAGE}`);
}
