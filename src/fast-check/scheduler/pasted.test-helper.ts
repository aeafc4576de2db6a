import { runInNewContext } from "node:vm";
import type * as fc from "fast-check";
import { schedulerFor } from "heddle/fast-check";

/** The scheduler that a report prints as code, run as code. */
export function pasted(report: unknown): fc.Scheduler {
  return runInNewContext(String(report), { schedulerFor }) as fc.Scheduler;
}
