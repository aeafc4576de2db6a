import { HeddleError } from "../engine/errors.ts";

/**
 * What an object should do when its operations come one after another.
 *
 * States are values: `apply` returns a new one and leaves the one it was given alone. They are compared by structure
 * (plain objects, arrays, `Map` and `Set` without regard to the order of insertion, dates, errors, instances by their
 * class and fields), so a model whose answers depend on the order of insertion keeps that order in an array.
 */
export interface Model<State, Input = unknown, Output = unknown> {
  /** The state before the first operation, or a function that makes it; it is given the key of its partition. */
  readonly initial: State | ((partition: unknown) => State);
  /** The state after the operation, and what the operation answers. Must be a pure function. */
  apply(this: void, state: State, input: Input): readonly [state: State, output: Output];
  /**
   * Whether two states are the same, where their structure doesn't tell. It is asked about states of different
   * structure only. States that are the same must behave the same.
   */
  equal?(this: void, one: State, other: State): boolean;
  /** A number or text that is the same for equal states: without it, `equal` is asked about each pair of states. */
  hash?(this: void, state: State): number | string;
  /** Whether an operation may answer `output` where the model says `expected`. By default: equal by structure. */
  accepts?(this: void, output: Output, expected: Output, input: Input): boolean;
  /**
   * The independent part of the object that an operation works on, say a key. Each part is judged by itself, with a
   * state of its own, which takes far less time.
   */
  partition?(this: void, input: Input): unknown;
}

/** A specification that leaves open what happens: any of several outcomes is allowed. */
export interface NondeterministicModel<State, Input = unknown, Output = unknown> extends Omit<Model<State, Input, Output>, "apply"> {
  /** Every outcome that is allowed: the state after the operation, and what it answers. None: it cannot happen here. */
  applyAny(this: void, state: State, input: Input): Iterable<readonly [state: State, output: Output]>;
}

export type AnyModel<State, Input, Output> = Model<State, Input, Output> | NondeterministicModel<State, Input, Output>;

const OPTIONAL = ["equal", "hash", "accepts", "partition"] as const;

/** @throws HeddleError `BAD_MODEL`: no `initial`, neither `apply` nor `applyAny`, or something that is no function. */
export function checkModel(model: AnyModel<never, never, never>): void {
  const given = model as unknown as Partial<Record<string, unknown>> | null | undefined;
  if (typeof given !== "object" || given === null) {
    throw new HeddleError("BAD_MODEL", "the model is no object: give { initial, apply(state, input) { return [state, output]; } }");
  }
  if (!("initial" in given)) {
    throw new HeddleError("BAD_MODEL", "the model has no initial state: give it as `initial`");
  }
  if ((typeof given["apply"] === "function") === (typeof given["applyAny"] === "function")) {
    throw new HeddleError("BAD_MODEL", "the model needs one of two functions: apply(state, input), or applyAny(state, input) where several outcomes are allowed");
  }
  for (const name of OPTIONAL) {
    if (given[name] !== undefined && typeof given[name] !== "function") {
      throw new HeddleError("BAD_MODEL", `the model's ${name} is no function`);
    }
  }
}
