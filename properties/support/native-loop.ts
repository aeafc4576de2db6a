/** Runs programs of `loop-program.ts` as Node does, with I/O that takes a real and random time. */
import { stat } from "node:fs";
import * as promises from "node:fs/promises";
import { install, uninstall } from "heddle";
import { play, type Entry, type LoopProgram, type World } from "./loop-program.ts";

/** The most that an I/O takes, in all. */
export const LATENCY_MS = 100;
/** The most that each half of it is made to take; the rest is the machine's. */
const LEG_MS = 30;
/** The deadlines of a program's timers are farther apart than that: later timers could change places. */
const MOST_LATE_MS = 9;
/**
 * An immediate or a message that took as long was held up by the machine: intervals of 0 ms have fired twice meanwhile,
 * which they don't where the event loop turns freely.
 */
const HELD_UP_MS = 2;
/** For each run that is asked for, so many are made if the machine is late: it has others to serve at times. */
const MOST_ROUNDS = 5;

/** Into the poll phase of the event loop, where I/O is told, after a random time. */
function later(callback: () => void): void {
  setTimeout(() => stat(process.execPath, callback), Math.random() * LEG_MS);
}

const nativeWorld: World = {
  io: (_id, act) =>
    new Promise((resolve) => {
      later(() => {
        act();
        later(resolve);
      });
    }),
  file: async () => {
    await new Promise<void>(later);
    return promises.stat(process.execPath);
  },
  fileCallback: (callback) => later(callback),
  now: () => performance.now(),
};

/** So many runs of each program, all programs at once; those in which the machine was late itself are made again, if not for ever. */
export async function runNatively(programs: readonly LoopProgram[], times: number): Promise<readonly (readonly (readonly Entry[])[])[]> {
  uninstall();
  try {
    const runs = programs.map(() => [] as (readonly Entry[])[]);
    for (let round = 0; round < times * MOST_ROUNDS; round += 1) {
      const wanted = programs.flatMap((program, index) => (runs[index]!.length < times ? [{ program, index }] : []));
      await Promise.all(
        wanted.map(async ({ program, index }) => {
          const run = await macrotask(() => play(program, nativeWorld));
          if (isPunctual(run)) runs[index]!.push(run);
        }),
      );
    }
    return runs;
  } finally {
    install();
  }
}

function macrotask<Result>(start: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    setImmediate(() => queueMicrotask(() => start().then(resolve, reject)));
  });
}

/** How long an operation takes on an ideal machine: nothing, a timer its delay; I/O may take long. */
function dueMs({ operation }: Entry): number {
  if (operation.type === "timer" || operation.type === "interval") return operation.delayMs;
  return operation.type === "immediate" || operation.type === "message" ? 0 : Number.POSITIVE_INFINITY;
}

/**
 * Whether the machine itself took next to no time: steps, immediates, messages, and how far timers were from their deadlines,
 * added up. Node counts in whole ms, so that a timer may be a little early too.
 */
function isPunctual(entries: readonly Entry[]): boolean {
  let lateMs = 0;
  let stepAt = entries[0]?.atMs ?? 0;
  const setAt = new Map<string, number>();
  for (const entry of entries) {
    const { what, id, operation, atMs } = entry;
    if (what === "set") lateMs += atMs - stepAt;
    if (what === "set") setAt.set(id, atMs);
    if (what !== "run") continue;
    const tookMs = atMs - setAt.get(id)!;
    if (tookMs > LATENCY_MS && dueMs(entry) === Number.POSITIVE_INFINITY) return false;
    if ((operation.type === "immediate" || operation.type === "message") && tookMs >= HELD_UP_MS) return false;
    if (Number.isFinite(dueMs(entry))) lateMs += Math.abs(tookMs - dueMs(entry));
    setAt.set(id, atMs);
    if (operation.type !== "tick" && operation.type !== "microtask" && operation.type !== "settled") stepAt = atMs;
  }
  return lateMs < MOST_LATE_MS;
}
