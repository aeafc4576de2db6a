import type { TimerEvent } from "./event.ts";
import { emptyList } from "./lists.ts";

/**
 * The armed timers, next first: a binary heap, each timer knowing its place (`heapIndex`), so that a million of them
 * can be armed and cleared in O(log n) each.
 */
export class TimerQueue {
  // Invariant: heap[n] is not later than heap[2n+1] and heap[2n+2], and heap[n].heapIndex === n.
  private readonly heap: TimerEvent[] = emptyList();

  get size(): number {
    return this.heap.length;
  }

  get next(): TimerEvent | undefined {
    return this.heap[0];
  }

  add(timer: TimerEvent): void {
    this.place(timer, this.heap.length);
    this.rise(timer);
  }

  /** False if it is not in the queue. */
  remove(timer: TimerEvent): boolean {
    if (this.heap[timer.heapIndex] !== timer) return false;
    const last = this.heap.pop()!;
    if (last !== timer) {
      this.place(last, timer.heapIndex);
      this.rise(last);
      this.sink(last);
    }
    timer.heapIndex = -1;
    return true;
  }

  /** All of them, next first: O(n log n), for `chaos`, the leak check and the deadlock report. */
  inOrder(): TimerEvent[] {
    return [...this.heap].sort((one, other) => (isBefore(one, other) ? -1 : 1));
  }

  private place(timer: TimerEvent, at: number): void {
    this.heap[at] = timer;
    timer.heapIndex = at;
  }

  private rise(timer: TimerEvent): void {
    while (timer.heapIndex > 0) {
      const parent = this.heap[(timer.heapIndex - 1) >>> 1]!;
      if (!isBefore(timer, parent)) return;
      this.swap(timer, parent);
    }
  }

  private sink(timer: TimerEvent): void {
    for (;;) {
      const left = this.heap[timer.heapIndex * 2 + 1];
      const right = this.heap[timer.heapIndex * 2 + 2];
      const child = right !== undefined && isBefore(right, left!) ? right : left;
      if (child === undefined || !isBefore(child, timer)) return;
      this.swap(child, timer);
    }
  }

  private swap(one: TimerEvent, other: TimerEvent): void {
    const at = one.heapIndex;
    this.place(one, other.heapIndex);
    this.place(other, at);
  }
}

/** The order of deadlines; ties go to the timer that was armed first. */
export function isBefore(one: TimerEvent, other: TimerEvent): boolean {
  return one.deadline < other.deadline || (one.deadline === other.deadline && one.sequence < other.sequence);
}
