/** One call on a key that expires. `calledTick` and `returnedTick` order the calls and returns, where the clock stands still. */
export interface TimedCall {
  readonly operation: "add" | "has" | "sweep";
  readonly calledTick: number;
  readonly calledAt: number;
  returnedTick: number;
  returnedAt: number;
  /** Of `has`: whether the key was there. */
  answer: boolean | undefined;
}

/** Whether some moment between call and return, for each of the calls, lets `one` find the key. */
export function canBeThere(one: TimedCall, calls: readonly TimedCall[], ttlMs: number): boolean {
  return calls.some(({ operation, calledTick, returnedAt }) => operation === "add" && calledTick < one.returnedTick && one.calledAt < returnedAt + ttlMs);
}

/** Whether some moment between call and return, for each of the calls, lets `one` miss the key. */
export function canBeGone(one: TimedCall, calls: readonly TimedCall[], ttlMs: number): boolean {
  return !calls.some(({ operation, calledAt, returnedTick }) => operation === "add" && returnedTick < one.calledTick && one.returnedAt < calledAt + ttlMs);
}
