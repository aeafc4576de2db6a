import { HeddleError } from "../engine/errors.ts";
import { drive } from "../engine/drive.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { writeConsole } from "../host/process/console.ts";
import { renewContinuations } from "../host/promises/continuation.ts";
import { control, subscribe } from "../host/control.ts";
import { changedGlobals, install, restoreGlobals } from "../host/install.ts";
import { resetFileTimes } from "../host/io/files/file-times.ts";
import { natives } from "../host/natives.ts";
import { fromMacrotask, RuntimeHost } from "../host/loop.ts";
import { resetOutsideHistory } from "../host/outside/wait.ts";
import { goOnNextTurn, mayGoOn } from "../host/pacing.ts";
import { noteProcess, restoreProcess, watchProcess } from "../host/process/process-state.ts";
import { renewReads } from "../host/promises/promises.ts";
import { listenForRejections } from "../host/promises/rejections.ts";
import { unwatchCollections } from "../host/objects/collections.ts";
import { dismissStandIns } from "../host/objects/declared-proxies.ts";
import { deepenStacks } from "../host/stack.ts";
import { unwatchDependences } from "../host/promises/tracing.ts";
import { ClocksBefore, refuseEscapedClocks, refuseFakeNatives } from "../host/timers/fake-clocks.ts";
import { BodyProgram, type BodySettings } from "../subjects/context.ts";
import type { BodyRequest } from "./judged.ts";
import { Leftovers, WatchedProgram } from "./leftovers.ts";
import type { LineOrders } from "./line-orders.ts";
import { Recording } from "./recording.ts";

export interface SessionSettings extends BodySettings {
  readonly latencyMs: number;
  /** Whether delays of awaits add up under `latency`: not in a replay of a seed that was made before they did. */
  readonly delaysAddUp?: boolean;
  /** See `ExecutionSettings`. */
  readonly timersMayBeLate?: boolean | undefined;
  /** See `ExecutionSettings`. */
  readonly patienceMs?: number | undefined;
  readonly maxSteps: number;
  /** Counts which lines went first, where it is asked for. */
  readonly lineOrders?: LineOrders | undefined;
  /** Real ms that the exploration has. */
  readonly timeMs: number;
}

/** Executions of the search that look at every stack, before it may be left out; */
const LOOKING = 20;
/** or so many, */
const LEAST_LOOKING = 3;
/** if they have looked at so many awaits. */
const ENOUGH_LOOKED_AT = 500;

/**
 * The thread and its globals are one: an exploration has them to itself, until it calls what this returns.
 * @throws HeddleError `NESTED_RACE` inside a body, `FAKE_TIMERS`, `GLOBALS_CHANGED`.
 */
export function holdThread(): () => void {
  refuseNested();
  install();
  refuseFakeNatives();
  refuseChangedGlobals("after heddle was loaded");
  listenForRejections(true);
  watchProcess(true);
  noteProcess();
  const flatten = deepenStacks();
  return () => {
    flatten();
    listenForRejections(false);
    restoreProcess();
    watchProcess(false);
    control.end();
    renewContinuations();
    renewReads();
    unwatchDependences();
    unwatchCollections();
    dismissStandIns();
    writeConsole();
  };
}

/** @throws HeddleError `NESTED_RACE` inside a body. */
export function refuseNested(): void {
  if (!control.inside) return;
  throw new HeddleError("NESTED_RACE", "race() or explore() was called inside a body; a body is itself what is explored: move the inner call out of it");
}

/**
 * Makes the executions of one search, or of one replay.
 *
 * To know whose an await is costs ten times the await. Where the first executions have seen none but the user's, the
 * search takes all for the user's and looks no more. That can only add orders to those that are legal, so nothing is
 * missed; and each failure is confirmed by replays that do look. If one of them does not fail, the search begins anew
 * and looks.
 */
export class Session {
  private readonly settings: SessionSettings;
  private readonly host: RuntimeHost = new RuntimeHost();
  private isChecked = false;
  private looking = 0;
  private linked = 0;
  private trust: "unused" | "used" | "revoked" = "unused";
  private leftovers: Leftovers | undefined = undefined;
  private readonly clocks: ClocksBefore = new ClocksBefore();

  /** WARNING: the thread has to be held: see `holdThread`. */
  constructor(settings: SessionSettings) {
    this.settings = settings;
    // A replay that diverged has left its execution where it was.
    control.end();
    resetOutsideHistory();
    resetFileTimes();
    control.lookedAt = 0;
    control.foreign = 0;
  }

  /** Makes the executions of a plan. */
  run<Result>(plan: Plan<Result>): Promise<Result> {
    return this.drive(plan, undefined);
  }

  /** The same of a plan that fails on purpose, again and again, with a body that is known to leave the globals as they are. */
  experiment<Result>(plan: Plan<Result>): Promise<Result> {
    return this.drive(plan, undefined, () => undefined);
  }

  /** Makes one execution. */
  execute(request: ExecutionRequest): Promise<Outcome> {
    return this.run(single(request));
  }

  /**
   * Makes one execution and takes everything down.
   * @param isStuck - it ends in a deadlock.
   */
  async record(request: ExecutionRequest, isStuck: boolean = false): Promise<{ readonly recording: Recording; readonly outcome: Outcome }> {
    const recording = new Recording(isStuck);
    const outcome = await this.drive(single(request), recording);
    return { recording, outcome };
  }

  /** What the first execution has left pending, in words. */
  get left(): readonly string[] {
    return this.leftovers?.tell() ?? [];
  }

  /** Says for what the first execution waited in vain, where that is older than the exploration. */
  get waitedInVain(): HeddleError | undefined {
    return this.leftovers?.earlier.error;
  }

  /** Takes back the trust in unseen awaits. False if there was none. */
  revokeTrust(): boolean {
    const wasUsed = this.trust === "used";
    this.trust = "revoked";
    return wasUsed;
  }

  private trusts(request: ExecutionRequest): boolean {
    if (request.isSearch !== true || request.order === "production" || this.trust === "revoked") return false;
    this.looking += 1;
    const hasLooked = this.looking > (control.lookedAt < ENOUGH_LOOKED_AT ? LOOKING : LEAST_LOOKING);
    if (!hasLooked || control.foreign > 0) return false;
    this.trust = "used";
    return true;
  }

  /** The stack traces of a search's first executions are whole, and those of replays; the others would cost too much. */
  private links(request: ExecutionRequest): boolean {
    if (request.isSearch !== true) return true;
    this.linked += 1;
    return this.linked <= LOOKING;
  }

  /** Between executions. After the first, a body that replaces controlled globals has shown it. */
  private readonly mayGoOn = (resume: () => void): boolean => {
    restoreProcess();
    const clearing = this.settings.clear?.();
    if (clearing !== undefined) {
      const goOn = (): void => goOnNextTurn(resume);
      subscribe(clearing, goOn, goOn);
      return false;
    }
    // Hooks that clear up behind a test may still tell its fake timers what to do.
    this.clocks.putBack();
    refuseEscapedClocks();
    if (!this.isChecked && this.host.steps > 0) {
      this.isChecked = true;
      refuseChangesOfBody();
    }
    return mayGoOn(resume);
  };

  private drive<Result>(plan: Plan<Result>, recorder: Recording | undefined, onFailure: () => void = refuseChangesOfBody): Promise<Result> {
    const { latencyMs, delaysAddUp, timersMayBeLate, patienceMs, maxSteps, lineOrders } = this.settings;
    return new natives.Promise((resolve, reject) => {
      const program = (request: ExecutionRequest): BodyProgram => {
        noteProcess();
        const [trusts, links] = [this.trusts(request), this.links(request)];
        const { body } = request as Partial<BodyRequest>;
        if (body !== undefined) return new BodyProgram({ ...this.settings, body, judge: undefined }, recorder, trusts, links);
        if (this.leftovers !== undefined) return new BodyProgram(this.settings, recorder, trusts, links);
        this.leftovers = new Leftovers(this.settings.timeMs);
        return new WatchedProgram(this.leftovers, this.settings, recorder, trusts, links);
      };
      const setting = { host: this.host, program, recorder: recorder ?? lineOrders, latencyMs, delaysAddUp, timersMayBeLate, patienceMs, maxSteps, runsOut: true, mayGoOn: this.mayGoOn, onFailure };
      const end = (result: Result): void => {
        refuseChangesOfBody();
        resolve(result);
      };
      const giveUp = (error: unknown): void => {
        this.clocks.takeAway();
        reject(error);
      };
      fromMacrotask(() => drive(plan, setting, end, giveUp));
    });
  }
}

/** A plan of one execution. */
export function* single(request: ExecutionRequest): Plan<Outcome> {
  return yield request;
}

/** What a body has replaced and left is put back: the next race need not suffer for it, and this one has to end. */
function refuseChangesOfBody(): void {
  refuseChangedGlobals("by the body itself", restoreGlobals);
}

function refuseChangedGlobals(when: string, restore?: () => void): void {
  const changed = changedGlobals();
  if (changed.length === 0) return;
  restore?.();
  throw new HeddleError("GLOBALS_CHANGED", `replaced ${when}: ${changed.join(", ")}; heddle cannot control what it does not see. Restore it (a mock, a polyfill, an earlier test) before the race, and do not replace it in the body`);
}
