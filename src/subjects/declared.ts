import type { Execution } from "../engine/execution.ts";
import { isProxy } from "../host/objects/kinds.ts";
import { targetOf } from "../host/objects/declared-proxies.ts";
import type { Notebook } from "./notebook.ts";

/** What a report shows of a proxy: to look into one would run its traps, which the body has not asked for. */
class Proxied {
  static {
    Object.defineProperty(Proxied, "name", { value: "Proxy" });
  }
}

/** Who is told of what is done with one declared object. */
export class Declared {
  /** What reports call it. */
  readonly title: string;
  /** Whether every dependence counts, since a strategy leaves out orders of what is independent. */
  readonly isTraced: boolean;
  /** Whether nobody wants to know of accesses. */
  readonly isQuiet: boolean;
  private readonly execution: Execution;
  private readonly isNoted: boolean;
  private readonly notebook: Notebook | undefined;
  /** What its places begin with: who it is, where every dependence counts, and its title otherwise. */
  private readonly place: string;

  constructor(title: string, execution: Execution, notebook: Notebook | undefined) {
    this.title = title;
    this.execution = execution;
    this.isNoted = execution.settings.strategy.usesFootprints === true;
    this.notebook = notebook;
    this.isTraced = execution.tracer !== undefined;
    this.isQuiet = !this.isTraced && !this.isNoted && notebook === undefined;
    this.place = placeIn(execution) ?? title;
  }

  read(key: PropertyKey, value: unknown, above: Function): void {
    if (this.isNoted) this.execution.access(`${this.place}.${String(key)}`, false);
    this.notebook?.read(this.title, String(key), shown(value), above);
  }

  write(key: PropertyKey, value: unknown, previous: unknown, above: Function): void {
    if (this.isNoted) this.execution.access(`${this.place}.${String(key)}`, true);
    this.notebook?.write(this.title, String(key), shown(value), shown(previous), above);
  }

  /** The same for what no report tells of. */
  touch(key: PropertyKey, isWrite: boolean): void {
    if (this.isTraced) this.execution.access(`${this.place}.${String(key)}`, isWrite);
  }

  /** What concerns it as a whole: which keys it has, or its prototype. */
  touchWhole(what: "keys" | "prototype", isWrite: boolean): void {
    if (this.isTraced) this.execution.access(`${this.place} ${what}`, isWrite);
  }

  /** The running step got hold of something in it that nobody watches. An invariant keeps nothing. */
  losesSight(): void {
    if (!this.execution.isChecking) this.execution.tracer?.losesSight();
  }
}

/**
 * Footprints of steps are compared between executions, so that an object has to have the same name in all of them,
 * whichever step came to it first. What is declared before any step has a name of its own, and the rest have one name.
 */
function placeIn({ tracer }: Execution): string | undefined {
  return tracer?.step === 0 ? tracer.placeOf("object") : tracer && "object";
}

function shown(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !isProxy(value)) return value;
  return targetOf(value) ?? new Proxied();
}
