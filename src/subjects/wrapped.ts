import { HeddleError } from "../engine/errors.ts";
import { checkFaults } from "./faults.ts";
import type { AnyFunction, IoObject, IoOptions } from "./io-options.ts";
import { checkUsage } from "./usages.ts";
import { isPreparedStatement, sqlOf } from "./sql/prepared.ts";

/** What else there is to know of a method's boundary. */
export interface MethodOptions {
  /** What the caller is given in place of the result. */
  readonly told?: (values: readonly unknown[], result: unknown) => unknown;
  /** The SQL that each call carries out. */
  readonly statement?: string | undefined;
}

/** Makes one boundary. */
export type MakeBoundary = (name: string, operation: AnyFunction | undefined, options?: IoOptions, method?: MethodOptions) => (...values: never[]) => Promise<unknown>;

/** Each method of the object, its prototype's too, as a boundary; fields are read and written through. */
export function wrap<Target extends object>(make: MakeBoundary, target: Target, name?: string, options?: IoOptions): IoObject<Target> & Target {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    throw new HeddleError("BAD_SUBJECT", "io.wrap(object, name?) takes an object whose methods do I/O; for a single function use io(name, fn)");
  }
  const title = name ?? target.constructor?.name ?? "object";
  if (options?.faults !== undefined) checkFaults(`io.wrap(object, "${title}", { faults })`, options.faults, "BAD_SUBJECT");
  checkUsage(`io.wrap(object, "${title}", …)`, options);
  return new Proxy(target, new Boundaries(make, title, options)) as IoObject<Target> & Target;
}

/** Those of one object, made when they are asked for. */
class Boundaries implements ProxyHandler<object> {
  private readonly make: MakeBoundary;
  private readonly title: string;
  private readonly options: IoOptions | undefined;
  private readonly known: Map<PropertyKey, unknown> = new Map();

  /** The SQL of a prepared statement, if the object is one. */
  private readonly statement: string | undefined;

  constructor(make: MakeBoundary, title: string, options: IoOptions | undefined, statement?: string) {
    this.make = make;
    this.statement = statement;
    this.options = options;
    this.title = title;
  }

  get(object: object, key: PropertyKey, receiver: unknown): unknown {
    const value: unknown = Reflect.get(object, key, object);
    if (typeof value !== "function" || key === "constructor" || key === "then" || typeof key === "symbol") return value;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const act = (...values: never[]): unknown => (value as AnyFunction).apply(object, values);
    const boundary = this.make(`${this.title}.${key}`, act, this.options, this.hasSql ? { told: (values, result) => (result === object ? receiver : this.prepared(values, result)), statement: this.statement } : undefined);
    this.known.set(key, boundary);
    return boundary;
  }

  private get hasSql(): boolean {
    return this.options?.sql !== undefined && this.options.sql !== false;
  }

  /** Of a client of SQL: what a statement does that it has prepared is done to the database, too. */
  private prepared(values: readonly unknown[], result: unknown): unknown {
    const statement = this.statement ?? sqlOf(values);
    if (statement === undefined || !isPreparedStatement(result)) return result;
    return new Proxy(result, new Boundaries(this.make, this.title, this.options, statement));
  }
}
