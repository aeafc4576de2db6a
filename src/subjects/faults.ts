import { HeddleError, type HeddleErrorCode } from "../engine/errors.ts";
import { OptionalEvent, type PendingEvent } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";

/**
 * What may go wrong with a call through an I/O boundary.
 *
 * - `reject`: it fails before it acts.
 * - `lost-answer`: it acts, and the answer is an error.
 * - `hang`: it acts, and never answers.
 * - `duplicate`: it acts twice, the second time at once or later; the answer is the first one's.
 */
export type FaultKind = "reject" | "lost-answer" | "hang" | "duplicate";

/** A fault, by its name; or with what the call is to be rejected with. */
export type Fault = FaultKind | { readonly kind: "reject" | "lost-answer"; readonly error: () => unknown };

/** What the names of faults stand for in reports, behind the boundary's name. */
const WORDS: Readonly<Record<FaultKind, string>> = {
  reject: " failed before it acted",
  "lost-answer": "'s answer was lost",
  hang: " never answered",
  duplicate: " acted twice",
};
const KINDS = Object.keys(WORDS) as FaultKind[];

/** Above any place in a task: a fault stands where its request does, and has an id of its own. */
const BEYOND_PLACES = 2 ** 20;

/** With this a call is rejected whose fault names no other error. */
export class FaultError extends Error {
  override readonly name: string = "FaultError";
  readonly code = "HEDDLE_FAULT" as const;
  readonly fault: FaultKind;
  /** The boundary's name. */
  readonly operation: string;

  constructor(fault: FaultKind, operation: string) {
    super(`${operation}${WORDS[fault]}: a fault that heddle injected`);
    this.fault = fault;
    this.operation = operation;
  }
}

export function kindOf(fault: Fault): FaultKind {
  return typeof fault === "string" ? fault : fault.kind;
}

export function errorOf(fault: Fault, operation: string): unknown {
  return typeof fault === "string" ? new FaultError(fault, operation) : fault.error();
}

/**
 * @param where - what is wrong, for the message: `io("db.save", fn, { faults })`.
 * @throws HeddleError with the code given, where the list is none of faults.
 */
export function checkFaults(where: string, faults: unknown, code: HeddleErrorCode): readonly Fault[] {
  if (!Array.isArray(faults)) throw new HeddleError(code, `${where}: faults must be a list, such as ["lost-answer"]`);
  for (const fault of faults as unknown[]) {
    const kind: unknown = typeof fault === "object" && fault !== null ? (fault as { kind?: unknown }).kind : fault;
    if (!KINDS.includes(kind as FaultKind)) {
      throw new HeddleError(code, `${where}: there is no fault ${JSON.stringify(kind) ?? String(kind)}; there are ${KINDS.map((one) => `"${one}"`).join(", ")}`);
    }
    if (kind === fault) continue;
    if ((kind !== "reject" && kind !== "lost-answer") || typeof (fault as { error?: unknown }).error !== "function") {
      throw new HeddleError(code, `${where}: { kind, error } takes "reject" or "lost-answer", and a function that makes the error: { kind: "reject", error: () => new Error("refused") }`);
    }
  }
  return faults as Fault[];
}

/** One way in which a request may go wrong. */
export interface Wrong {
  /** In seeds. */
  readonly name: string;
  /** For the report, behind the request's name. */
  readonly words: string;
  act(): void;
}

export function wordsOf(kind: FaultKind): string {
  return WORDS[kind];
}

/** A request that goes wrong, in place of the request. */
class FaultEvent extends OptionalEvent {
  readonly request: PendingEvent;
  private readonly wrong: Wrong;
  private readonly faults: Faults;

  /** @param place - among all that may go wrong. */
  constructor(faults: Faults, request: PendingEvent, wrong: Wrong, place: number) {
    super("fault", request.task, faults.most);
    this.faults = faults;
    this.request = request;
    this.wrong = wrong;
    this.label = `${request.label ?? "a request"}${wrong.words}`;
    this.origin = request.origin;
    this.index = request.index + (place + 1) * BEYOND_PLACES;
  }

  override get id(): string {
    return `${this.request.id}!${this.wrong.name}`;
  }

  override run(): void {
    this.faults.happens(this);
    this.wrong.act();
  }
}

/** The faults that may happen in one execution. */
export class Faults {
  /** How many may. */
  readonly most: number;
  private readonly execution: Execution;
  private happened = 0;
  private readonly offered: Map<PendingEvent, readonly FaultEvent[]> = new Map();

  constructor(execution: Execution, most: number) {
    this.execution = execution;
    this.most = most;
  }

  /**
   * From now on, until it runs, a request may go wrong instead.
   * @param act - makes the request, with its fault.
   */
  offer(request: PendingEvent, faults: readonly Fault[], act: (fault: Fault) => void): void {
    this.offerEach(request, faults.length, (number) => {
      const fault = faults[number]!;
      const kind = kindOf(fault);
      return new FaultEvent(this, request, { name: kind, words: WORDS[kind], act: () => act(fault) }, KINDS.indexOf(kind));
    });
  }

  /** The same of what else may go wrong. */
  offerAll(request: PendingEvent, wrongs: readonly Wrong[]): void {
    this.offerEach(request, wrongs.length, (number) => new FaultEvent(this, request, wrongs[number]!, KINDS.length + number));
  }

  private offerEach(request: PendingEvent, count: number, make: (number: number) => FaultEvent): void {
    if (count === 0 || this.happened >= this.most || this.execution.isSettingUp) return;
    const { pending, tracer } = this.execution;
    const events = Array.from({ length: count }, (_none, number) => make(number));
    this.offered.set(request, events);
    for (const event of events) {
      tracer?.made(event);
      pending.rest.addOptional(event);
    }
  }

  /** The request runs, as it should or not. */
  withdraw(request: PendingEvent): void {
    for (const event of this.offered.get(request) ?? []) this.execution.pending.cancel(event);
    this.offered.delete(request);
  }

  happens({ request }: FaultEvent): void {
    this.happened += 1;
    this.execution.pending.cancel(request);
    this.withdraw(request);
    if (this.happened >= this.most) for (const other of this.offered.keys()) this.withdraw(other);
  }
}
