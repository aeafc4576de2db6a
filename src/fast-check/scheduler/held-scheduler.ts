import * as fc from "fast-check";
import type { Execution } from "../../engine/execution.ts";
import { control } from "../../host/control.ts";
import { directly, HeldTask, reportLine, type Act, type SchedulingType } from "./held-task.ts";
import { ListedOrdering, type Ordering } from "./ordering.ts";
import { quiet, ReleaseEvents } from "./release-events.ts";
import { settled } from "./settled.ts";
import { Stall, type Patience } from "./stall.ts";

/** What one call of `waitFor` and its like wants. */
interface Wait {
  /** As the report of a deadlock names it. */
  readonly name: string;
  readonly act: Act | undefined;
  readonly stall: Stall;
  isOver(): boolean;
  /** A task was released, and has settled. */
  onRelease?(): void;
  /** Nothing is held, and nothing that is under way can schedule anything. */
  onIdle?(): void;
}

/**
 * fast-check's `Scheduler`, written anew from its documentation. A task's outcome is held until a `wait…` releases it,
 * and before each choice everything that can go on has gone on (`settled`): a task that is scheduled late can be chosen.
 */
export class HeldScheduler<Metadata = unknown> implements fc.Scheduler<Metadata> {
  readonly ordering: Ordering;
  private readonly act: Act;
  private readonly patience: Patience;
  private readonly baseline: Stall["baseline"];
  private readonly held: HeldTask<Metadata>[] = [];
  private readonly released: HeldTask<Metadata>[] = [];
  private scheduledCount = 0;
  /** Whether a wait has a release under way: the others wait until it has settled. */
  private isReleasing = false;
  /** The release that is open in an execution of heddle's. */
  private offered: ReleaseEvents<HeldTask<Metadata>> | undefined = undefined;
  private listeners: (() => void)[] = [];

  constructor(act: Act, ordering: Ordering, patience: Patience) {
    this.act = act;
    this.ordering = ordering;
    this.patience = patience;
    // An execution of heddle's knows itself when nothing can run any more.
    this.baseline = control.inside ? undefined : Stall.underWay();
    Object.defineProperty(this, fc.cloneMethod, { value: () => new HeldScheduler<Metadata>(act, ordering.restart(), patience) });
  }

  schedule<T>(task: Promise<T>, label?: string, metadata?: Metadata, customAct?: Act): Promise<T> {
    return this.hold("promise", label ?? "", metadata, customAct, givenBy(task)) as Promise<T>;
  }

  // fast-check's own signature.
  // oxlint-disable-next-line typescript/no-explicit-any
  scheduleFunction<Values extends any[], T>(asyncFunction: (...values: Values) => Promise<T>, customAct?: Act): (...values: Values) => Promise<T> {
    return (...values) => {
      const label = `${asyncFunction.name}(${values.map((value) => fc.stringify(value)).join(",")})`;
      return this.hold("function", label, undefined, customAct, givenBy(asyncFunction(...values))) as Promise<T>;
    };
  }

  scheduleSequence(builders: fc.SchedulerSequenceItem<Metadata>[], customAct?: Act): ReturnType<fc.Scheduler<Metadata>["scheduleSequence"]> {
    const status = { done: false, faulty: false };
    let end!: (status: { done: boolean; faulty: boolean }) => void;
    const task = new Promise<{ done: boolean; faulty: boolean }>((resolve) => {
      end = resolve;
    });
    const scheduleItem = (index: number): void => {
      const item = builders[index];
      if (item === undefined) {
        status.done = true;
        return end({ done: status.done, faulty: status.faulty });
      }
      const [builder, label, metadata] = typeof item === "function" ? [item, item.name, undefined] : [item.builder, item.label, item.metadata];
      this.hold("sequence", label, metadata, customAct, () => builder()).then(
        () => scheduleItem(index + 1),
        () => {
          status.faulty = true;
          end({ done: status.done, faulty: status.faulty });
        },
      );
    };
    scheduleItem(0);
    return Object.assign(status, { task });
  }

  count(): number {
    return this.held.length;
  }

  waitOne(customAct: Act = directly): Promise<void> {
    return this.act(() => customAct(() => this.releaseOne()) as Promise<void>) as Promise<void>;
  }

  async waitAll(customAct?: Act): Promise<void> {
    await this.waitIdleAs("waitAll()", customAct);
  }

  async waitIdle(customAct?: Act): Promise<void> {
    await this.waitIdleAs("waitIdle()", customAct);
  }

  async waitNext(count: number, customAct?: Act): Promise<void> {
    let remaining = count;
    const onRelease = (): void => {
      remaining -= 1;
    };
    await this.wait({ name: `waitNext(${count})`, act: customAct, stall: this.stall(), isOver: () => !(remaining > 0), onRelease });
  }

  async waitFor<T>(unscheduledTask: Promise<T>, customAct?: Act): Promise<T> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      this.tell();
    };
    unscheduledTask.then(end, end);
    await this.wait({ name: "waitFor(promise)", act: customAct, stall: this.stall(), isOver: () => isOver });
    return unscheduledTask;
  }

  report(): fc.SchedulerReportItem<Metadata>[] {
    return [...this.released, ...this.held].map((task) => task.reportItem);
  }

  toString(): string {
    return `schedulerFor()\`\n${this.report().map((item) => `-> ${reportLine(item)}`).join("\n")}\``;
  }

  private hold(type: SchedulingType, label: string, metadata: Metadata | undefined, act: Act | undefined, outcome: () => unknown): Promise<unknown> {
    this.scheduledCount += 1;
    const task = new HeldTask(this.scheduledCount, type, label, metadata, act ?? directly, outcome);
    this.held.push(task);
    this.offered?.offer(task);
    this.tell();
    return task.promise;
  }

  /** Releases at once, as `waitOne` does. */
  private releaseOne(): Promise<void> {
    if (this.held.length === 0) throw new Error("No task scheduled");
    return this.release(this.held[this.ordering.choose(this.held.map(({ id }) => id))]!);
  }

  private release(task: HeldTask<Metadata>): Promise<void> {
    this.held.splice(this.held.indexOf(task), 1);
    this.released.push(task);
    const released = async (): Promise<void> => {
      await task.release();
      // Within `act`: whatever follows from the release belongs to it.
      await settled();
    };
    return task.act(released) as Promise<void>;
  }

  private waitIdleAs(name: string, act: Act | undefined): Promise<void> {
    let isIdle = false;
    const onIdle = (): void => {
      isIdle = true;
    };
    return this.wait({ name, act, stall: this.stall(), isOver: () => isIdle, onIdle });
  }

  private stall(): Stall {
    return new Stall(this.baseline, this.patience);
  }

  private async wait(wait: Wait): Promise<void> {
    while (!wait.isOver()) {
      const execution = control.inside ? control.execution : undefined;
      if (execution === undefined) await settled();
      if (wait.isOver()) return;
      if (this.isReleasing) {
        await this.unlessStuck(wait, this.nextChange());
      } else if (this.held.length > 0) {
        await this.releaseFor(wait, execution);
      } else if (wait.onIdle === undefined) {
        await this.unlessStuck(wait, this.nextChange());
      } else {
        if (execution !== undefined) await quiet(execution);
        if (this.held.length === 0 && !this.isReleasing) wait.onIdle();
      }
    }
  }

  private async releaseFor(wait: Wait, execution: Execution | undefined): Promise<void> {
    this.isReleasing = true;
    try {
      if (execution === undefined) await this.unlessStuck(wait, Promise.resolve(this.waitOne(wait.act)));
      else if (!(await this.releaseEvent(wait, execution))) return;
      wait.onRelease?.();
    } finally {
      this.isReleasing = false;
      this.tell();
    }
  }

  /** @returns whether a task was released: the wait may be over before. */
  private async releaseEvent(wait: Wait, execution: Execution): Promise<boolean> {
    const act = wait.act ?? directly;
    if (this.ordering instanceof ListedOrdering) {
      await quiet(execution);
      if (wait.isOver() || this.held.length === 0) return false;
      await this.waitOne(act);
      return true;
    }
    const offered = new ReleaseEvents(execution, this.held);
    this.offered = offered;
    const watch = (): void => (wait.isOver() ? offered.close() : void this.listeners.push(watch));
    watch();
    const task = await offered.chosen;
    this.offered = undefined;
    if (task === undefined) return false;
    await this.act(() => act(() => this.release(task)) as Promise<void>);
    return true;
  }

  /** Whatever a wait may wait for in vain, when nothing can settle it any more. */
  private unlessStuck(wait: Wait, change: Promise<void>): Promise<void> {
    if (control.inside) return change;
    return wait.stall.watch(change, () => (wait.isOver() ? undefined : this.describeStall(wait)));
  }

  private describeStall({ name }: Wait): string {
    const open = this.released.filter((task) => !task.isSettled);
    const why = open.length === 0 ? "no task is held, and nothing that is under way can schedule one" : "a task was released, and nothing settles it";
    const lines = this.report().map((item) => `\n  ${reportLine(item)}${open.some(({ id }) => id === item.taskId) ? "  (released)" : ""}`);
    return `deadlock: ${name} waits for ever: ${why}${lines.length === 0 ? "; no task was scheduled at all" : `\ntasks so far:${lines.join("")}`}`;
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  private tell(): void {
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener();
  }
}

/** A rejection that is held is heard: whoever is given the task's promise hears it at the release. */
function givenBy(task: unknown): () => unknown {
  const given = Promise.resolve(task);
  given.catch(() => undefined);
  return () => given;
}
