import { noteOwnResult } from "../host/promises/hops.ts";
import { natives } from "../host/natives.ts";

/** Calls a function as any async function is called: what it throws is a rejection. */
export function resultOf<Result>(fn: () => Result): Promise<Awaited<Result>> {
  let result: Result;
  try {
    result = fn();
  } catch (error) {
    return new natives.Promise((_resolve, reject) => reject(error));
  }
  if (typeof result === "object" && result !== null) noteOwnResult(result);
  return new natives.Promise((resolve) => resolve(result as Awaited<Result>));
}
