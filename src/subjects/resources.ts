import { HeddleError } from "../engine/errors.ts";
import type { Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { control, nativePromise, subscribe } from "../host/control.ts";
import { userSites, type CapturedStack } from "../host/stack.ts";

/** What was acquired, until it is released. */
export interface Lease {
  readonly resource: string;
  /** Counted up from 1. */
  readonly number: number;
}

/** The names of the methods by which a pool, a lock or the like is acquired and released. */
export interface ResourceMethods<Pool> {
  readonly acquire: keyof Pool;
  /** Is called with what `acquire` has answered. */
  readonly release: keyof Pool;
}

/** Something that has to be given back: see `BodyContext.resource`. */
export interface Resource {
  /** @param what - which one, for the report. */
  acquire(what?: string): Lease;
  /** What was released before, or was never acquired here, fails the execution. */
  release(lease: Lease): void;
  /** The same pool, of which is watched what is acquired and released. */
  wrap<Pool extends object>(pool: Pool, methods: ResourceMethods<Pool>): Pool;
}

interface Holding {
  readonly by: string;
  readonly what: string | undefined;
  readonly origin: unknown;
}

class WatchedResource implements Resource {
  readonly name: string;
  private readonly execution: Execution;
  /** By what was handed out. Several may be alike: a lock may answer with nothing. */
  private readonly held: Map<unknown, Holding[]> = new Map();
  private readonly released: Map<unknown, string> = new Map();
  private leases = 0;

  constructor(name: string, execution: Execution) {
    this.name = name;
    this.execution = execution;
  }

  readonly acquire = (what?: string): Lease => {
    this.leases += 1;
    const lease: Lease = Object.freeze({ resource: this.name, number: this.leases });
    this.hold(lease, what, ownerOf(this.execution.task), control.recorder?.origin(this.acquire));
    return lease;
  };

  readonly release = (lease: unknown): void => {
    const holdings = this.held.get(lease);
    const by = ownerOf(this.execution.task);
    if (holdings !== undefined) {
      // Of several that are alike it is the task's own, if it has one. (Whose step runs is not always known: a native await
      // goes on in whatever step it can. So that somebody else gives it back is nothing to fail for.)
      holdings.splice(holdings.findLastIndex((holding) => holding.by === by), 1);
      if (holdings.length === 0) this.held.delete(lease);
      this.released.set(lease, by);
      return;
    }
    const before = this.released.get(lease);
    const why = before === undefined ? `what ${by} released as ${this.name} was never acquired from it` : `${this.name} was released twice, by ${before} and then by ${by}`;
    this.execution.fail("leak", new Error(why));
  };

  wrap<Pool extends object>(pool: Pool, { acquire, release }: ResourceMethods<Pool>): Pool {
    for (const method of [acquire, release]) {
      if (typeof pool?.[method] !== "function") throw misuse(`resource("${this.name}").wrap(pool, { acquire, release }) takes names of methods, and there is no method "${String(method)}"`);
    }
    const taking = (...values: unknown[]): unknown => {
      const owner = ownerOf(this.execution.task);
      const origin = control.recorder?.origin(taking);
      const answer: unknown = (pool[acquire] as (...values: unknown[]) => unknown)(...values);
      const hold = (value: unknown): void => this.hold(value, undefined, owner, origin);
      if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") hold(answer);
      else subscribe(nativePromise(answer), hold, () => undefined);
      return answer;
    };
    const giving = (...values: unknown[]): unknown => {
      this.release(values[0]);
      return (pool[release] as (...values: unknown[]) => unknown)(...values);
    };
    return new Proxy(pool, {
      get: (target, key) => {
        if (key === acquire) return taking;
        if (key === release) return giving;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" && key !== "constructor" ? (...values: unknown[]) => (value as (...values: unknown[]) => unknown).apply(target, values) : value;
      },
    });
  }

  /** What was not given back. */
  get outstanding(): readonly Holding[] {
    return [...this.held.values()].flat();
  }

  private hold(key: unknown, what: string | undefined, by: string, origin: unknown): void {
    if (this.execution.over) return;
    const holdings = this.held.get(key);
    const holding = { by, what, origin };
    if (holdings === undefined) this.held.set(key, [holding]);
    else holdings.push(holding);
    this.released.delete(key);
  }
}

/** All that one execution has to give back. */
export class Resources {
  private readonly all: WatchedResource[] = [];

  /** @throws HeddleError `BAD_SUBJECT` without a name. */
  make(name: unknown, execution: Execution): Resource {
    if (typeof name !== "string" || name === "") throw misuse('resource(name) takes a name, for the report: resource("connection")');
    const resource = new WatchedResource(name, execution);
    this.all.push(resource);
    return resource;
  }

  /** What was not given back, in words; with its line where that was taken down. */
  lost(): readonly { readonly message: string; readonly shown: string }[] {
    return this.all.flatMap(({ name, outstanding }) =>
      outstanding.map(({ by, what, origin }) => {
        const whole = what === undefined ? name : `${name} (${what})`;
        return { message: `${whole} was not given back: ${by} acquired it`, shown: `${whole} was not given back: ${by} acquired it${placeOf(origin)}` };
      }),
    );
  }
}

/** The spawned task by whose name a step goes, or the body. */
function ownerOf(own: Task): string {
  return own.spawnedName ?? "the body";
}

function placeOf(origin: unknown): string {
  const site = origin === undefined ? undefined : userSites(origin as CapturedStack)[0];
  return site === undefined ? "" : ` at ${site.file.slice(site.file.lastIndexOf("/") + 1)}:${site.line}`;
}

function misuse(what: string): HeddleError {
  return new HeddleError("BAD_SUBJECT", what);
}
