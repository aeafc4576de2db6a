import type { Body, FailureKind } from "heddle";

/** A part of the real world, used concurrently: once rightly, and once with a race in it. */
export interface RealSubject {
  readonly name: string;
  readonly safe: Body;
  readonly racy: Body;
  readonly error: RegExp;
  readonly kind?: FailureKind;
  /** What the searches of the safe one may spend: real parts are slow. */
  readonly runs: number;
}

/** One after the other. */
export function inTurn(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

export const atOnce = <Result>(work: () => Promise<Result>): Promise<Result> => work();
