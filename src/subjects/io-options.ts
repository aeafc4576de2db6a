import type { Fault } from "./faults.ts";

export type AnyFunction = (this: unknown, ...values: never[]) => unknown;

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
  /**
   * SQL goes through it: which tables a call uses is read from its text, its object with a field `sql` or `text`, its tagged
   * template, or a list of these. Reads of one table are independent of each other, and so is everything that is done to
   * different tables. What cannot be read, definitions, transactions (`BEGIN`) and calls without SQL use the whole database.
   * Needs the package `node-sql-parser`. Tables that are connected (foreign keys, views, triggers) have to be known to be:
   * by their definitions, where these go through the boundary, else given here as a text: `{ sql: "CREATE TABLE …" }`.
   */
  readonly sql?: boolean | string;
}

/** `io(name, fn)` and `io.wrap(object, name?)`. */
export interface Io {
  <Operation extends AnyFunction = () => void>(name: string, operation?: Operation, options?: IoOptions<Parameters<Operation>>): IoFunction<Operation>;
  wrap<Target extends object>(target: Target, name?: string, options?: IoOptions): IoObject<Target> & Target;
}
