import { createHook, type AsyncHook } from "node:async_hooks";
import { subscribe } from "../host/control.ts";
import { natives, realNow } from "../host/natives.ts";
import { userSites, type CapturedStack } from "../host/stack.ts";
import { fullPlace } from "../report/places.ts";
import { HeddleError } from "../engine/errors.ts";

/** The longest wait for something that began before the race, in real ms in which the thread does nothing else; */
const MOST_WAIT_MS = 10_000;
/** and with the time that the thread works meanwhile. */
const MOST_WORKED_MS = 60_000;

interface Wait {
  readonly origin: CapturedStack | undefined;
  isSettled: boolean;
}

/** A constructor that answers the object it was given. */
const Given = function (given: object): object {
  return given;
} as unknown as new (given: object) => object;

/**
 * Marks objects with a private field: nobody else can see it, and the garbage collector has nothing to do for it, where
 * the entries of a WeakSet with a hundred thousand promises cost it more than the rest of an execution.
 */
class Mark extends Given {
  #holder: object;

  constructor(marked: object, holder: object) {
    super(marked);
    this.#holder = holder;
  }

  /** Whether an object was marked for this holder. */
  static has(object: object, holder: object): boolean {
    return #holder in object && object.#holder === holder;
  }

  static put(object: object, holder: object): object {
    if (!(#holder in object)) return new Mark(object, holder);
    object.#holder = holder;
    return object;
  }
}

/**
 * Promises that a body waits for though they were made before its execution began: a connection that a module opens, a
 * timer at the top of a file. They settle by the real clock, so there a body is no deadlock before it has been waited for.
 * Which those are is known from the promises that the runtime tells of while the execution runs: all others are older.
 */
export class EarlierPromises {
  private readonly hook: AsyncHook;
  private readonly waits: Wait[] = [];
  private readonly mostMs: number;
  private begunAt: number | undefined = undefined;
  private workedBefore = 0;
  private readonly mostWorkedMs: number;
  private isTold = false;
  private inVain: Wait | undefined = undefined;

  /** @param mostMs - real ms that the exploration has. */
  constructor(mostMs: number) {
    this.mostMs = Math.min(mostMs, MOST_WAIT_MS);
    this.mostWorkedMs = Math.min(mostMs, MOST_WORKED_MS);
    this.hook = createHook({
      init: (_id, type, _trigger, promise) => {
        if (type === "PROMISE") Mark.put(promise, this);
      },
    });
  }

  begin(): void {
    this.hook.enable();
    const probe = new natives.Promise(() => undefined);
    this.isTold = Mark.has(probe, this);
  }

  /** @param hasHung - the execution ended before its body did. */
  end(hasHung: boolean): void {
    this.hook.disable();
    if (hasHung && this.begunAt !== undefined) this.inVain = this.waits.find(({ isSettled }) => !isSettled);
  }

  /** The body subscribes to a promise. */
  saw(promise: Promise<unknown>, origin: () => CapturedStack | undefined): void {
    if (!this.isTold || Mark.has(promise, this)) return;
    Mark.put(promise, this);
    const wait: Wait = { origin: origin(), isSettled: false };
    this.waits.push(wait);
    const settled = (): void => {
      wait.isSettled = true;
    };
    subscribe(promise, settled, settled);
  }

  /** See `OriginRecorder.patienceMs`. What comes of one of them may wait for the next. */
  patienceMs(workedMs: number): number {
    if (this.begunAt === undefined && this.waits.every(({ isSettled }) => isSettled)) return 0;
    const now = realNow();
    if (this.begunAt === undefined) [this.begunAt, this.workedBefore] = [now, workedMs];
    return Math.max(0, this.begunAt + Math.min(this.mostMs + workedMs - this.workedBefore, this.mostWorkedMs) - now);
  }

  /** Says what was waited for in vain, if that was why the execution hung. */
  get error(): HeddleError | undefined {
    if (this.inVain === undefined) return undefined;
    const { origin } = this.inVain;
    const site = origin === undefined ? undefined : userSites(origin)[0];
    const place = site === undefined ? "" : ` at ${fullPlace(site, undefined)}`;
    return new HeddleError(
      "BEGUN_BEFORE",
      `main awaits something that began before the race${place}, and it did not come within ${Math.round(this.mostMs)} ms of real time: await it before the race, begin it inside the body, or raise \`timeMs\``,
    );
  }
}
