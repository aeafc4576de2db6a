import type { Task } from "../../engine/event.ts";

/** How often each task has called each function in this execution. */
const calls: Map<string, number> = new Map();

/** Names a call alike in all executions: a task's first call of a function, its second one. */
export function callOf(task: Task, name: string): string {
  const key = `${task.path} ${name}`;
  const times = (calls.get(key) ?? 0) + 1;
  calls.set(key, times);
  return `${key} ${times}`;
}

/** At the start of an execution. */
export function forgetCalls(): void {
  if (calls.size > 0) calls.clear();
}
