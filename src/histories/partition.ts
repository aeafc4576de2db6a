import type { AnyModel, Model, NondeterministicModel } from "./model.ts";
import type { Operation } from "./operation.ts";
import { Numbering, structureOf } from "./structure.ts";

/** Operations on one independent part of an object. */
export interface Part {
  readonly key: unknown;
  /** Positions in the list of operations. */
  readonly members: readonly number[];
}

/** The operations of each part. An object without parts, and an empty history, are one part. */
export function partitionsOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
): readonly Part[] {
  const { partition } = model;
  if (partition === undefined || operations.length === 0) {
    return [{ key: undefined, members: operations.map((_, at) => at) }];
  }
  const numbering = new Numbering();
  const parts: { key: unknown; members: number[] }[] = [];
  for (const [at, { input }] of operations.entries()) {
    const key = partition(input);
    const number = numbering.of(key);
    if (number === parts.length) {
      parts.push({ key, members: [] });
    }
    parts[number]!.members.push(at);
  }
  return parts;
}

/** The states of the parts, by the structure of their keys. Parts that no operation has touched yet are not in it. */
type Whole<State> = ReadonlyMap<string, State>;

/**
 * A model with parts as one whose state is that of all parts, for judges that cannot take the parts one by one (sequential
 * consistency of each part does not make the whole consistent).
 */
export function inOneState<State, Input, Output>(model: AnyModel<State, Input, Output>): AnyModel<unknown, Input, Output> {
  const { partition, initial, equal } = model;
  if (partition === undefined) {
    return model as AnyModel<unknown, Input, Output>;
  }
  const stateOf = (whole: Whole<State>, key: unknown): State => {
    const name = structureOf(key);
    return whole.has(name) ? whole.get(name)! : typeof initial === "function" ? (initial as (key: unknown) => State)(key) : initial;
  };
  // An operation that changed nothing leaves the whole alone, so that it is seen to be a read.
  const put = (whole: Whole<State>, key: unknown, from: State, to: State): Whole<State> =>
    from === to ? whole : new Map(whole).set(structureOf(key), to);
  const shared = {
    initial: new Map<string, State>() as Whole<State>,
    ...(model.accepts === undefined ? {} : { accepts: model.accepts }),
    ...(equal === undefined ? {} : { equal: (one: Whole<State>, other: Whole<State>) => sameParts(one, other, equal) }),
  };
  if ("applyAny" in model) {
    const whole: NondeterministicModel<Whole<State>, Input, Output> = {
      ...shared,
      applyAny: (state, input) => {
        const key = partition(input);
        const from = stateOf(state, key);
        return [...model.applyAny(from, input)].map(([next, output]) => [put(state, key, from, next), output] as const);
      },
    };
    return whole as AnyModel<unknown, Input, Output>;
  }
  const whole: Model<Whole<State>, Input, Output> = {
    ...shared,
    apply: (state, input) => {
      const key = partition(input);
      const from = stateOf(state, key);
      const [next, output] = model.apply(from, input);
      return [put(state, key, from, next), output];
    },
  };
  return whole as AnyModel<unknown, Input, Output>;
}

function sameParts<State>(one: Whole<State>, other: Whole<State>, equal: (one: State, other: State) => boolean): boolean {
  return one.size === other.size && [...one].every(([name, state]) => other.has(name) && equal(state, other.get(name)!));
}
