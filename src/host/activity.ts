/**
 * Calls of functions that do I/O or set timers, in executions and out of them: a run that makes fewer than another has found
 * something that the other has left (a cache that is filled, a connection that is open).
 */
export interface Activity {
  io: number;
  timers: number;
}

export const activity: Activity = { io: 0, timers: 0 };

/** What was done since then. */
export function activitySince({ io, timers }: Activity): Activity {
  return { io: activity.io - io, timers: activity.timers - timers };
}

/** Whether a run has found what another has left. Of timers, polls set more or fewer: only none at all tells. */
export function didLess(later: Activity, earlier: Activity): boolean {
  return later.io < earlier.io || (later.timers === 0 && earlier.timers > 0);
}
