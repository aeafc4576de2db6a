import * as fc from "fast-check";
import type { Task } from "../../engine/event.ts";
import { control } from "../../host/control.ts";

/** What runs the release of a task, as React's `act` would have it. */
export type Act = (release: () => Promise<void>) => Promise<unknown>;

export const directly: Act = (release) => release();

export type SchedulingType = "promise" | "function" | "sequence";

/** One task of a scheduler: it has begun, or begins when it is released, and what it comes to is held until then. */
export class HeldTask<Metadata> {
  readonly id: number;
  readonly type: SchedulingType;
  readonly label: string;
  readonly metadata: Metadata | undefined;
  readonly act: Act;
  /** Who has scheduled it, in an execution of heddle's. */
  readonly owner: Task | undefined = control.inside ? control.execution?.task : undefined;
  /** What the code under test is given: settled when the task is released, and not before. */
  readonly promise: Promise<unknown>;
  private readonly outcome: () => unknown;
  private resolve!: (value: unknown) => void;
  private reject!: (reason: unknown) => void;
  private status: "resolved" | "rejected" | "pending" = "pending";
  private output: string | undefined = undefined;

  /** @param outcome - called at the release: gives, or begins, what the task comes to. */
  constructor(id: number, type: SchedulingType, label: string, metadata: Metadata | undefined, act: Act, outcome: () => unknown) {
    this.id = id;
    this.type = type;
    this.label = label;
    this.metadata = metadata;
    this.act = act;
    this.outcome = outcome;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get isSettled(): boolean {
    return this.status !== "pending";
  }

  /** Lets the outcome through. Fulfilled when the task has settled, however it did. */
  async release(): Promise<void> {
    try {
      const value = await this.outcome();
      this.note("resolved", value);
      this.resolve(value);
    } catch (error) {
      this.note("rejected", error);
      this.reject(error);
    }
  }

  get reportItem(): fc.SchedulerReportItem<Metadata> {
    const { status, type, id, label, metadata, output } = this;
    const item = { status, schedulingType: type, taskId: id, label, metadata } as fc.SchedulerReportItem<Metadata>;
    return status === "pending" ? item : ({ ...item, outputValue: output } as fc.SchedulerReportItem<Metadata>);
  }

  private note(status: "resolved" | "rejected", value: unknown): void {
    this.status = status;
    this.output = value === undefined ? undefined : fc.stringify(value);
  }
}

/** As fast-check prints it; the numbers are what `schedulerFor` reads again. */
export function reportLine({ taskId, label, schedulingType, status, outputValue }: fc.SchedulerReportItem): string {
  const what = label.length === 0 ? schedulingType : `${schedulingType}::${inTemplate(label)}`;
  const output = outputValue === undefined ? "" : ` with value ${inTemplate(outputValue)}`;
  return `[task\${${taskId}}] ${what} ${status}${output}`;
}

function inTemplate(text: string): string {
  return text.replaceAll(/[$`\\]/g, "\\$&").replaceAll("\r", "\\r");
}
