import type { Model } from "./model.ts";

/** Reads answer the value, writes answer `undefined`. */
export type RegisterInput<Value> = { readonly type: "read" } | { readonly type: "write"; readonly value: Value };

/** One variable. */
export function registerModel<Value>(initial: Value): Model<Value, RegisterInput<Value>, Value | undefined> {
  return { initial, apply: (state, input) => (input.type === "read" ? [state, state] : [input.value, undefined]) };
}

/** `"compare-and-set"` answers whether the value was `expected`, and so was set. */
export type CompareAndSetInput<Value> =
  | RegisterInput<Value>
  | { readonly type: "compare-and-set"; readonly expected: Value; readonly value: Value };

/** One variable with compare-and-set. Values are compared with `Object.is`, or with `same`. */
export function compareAndSetModel<Value>(
  initial: Value,
  same: (one: Value, other: Value) => boolean = Object.is,
): Model<Value, CompareAndSetInput<Value>, Value | boolean | undefined> {
  return {
    initial,
    apply: (state, input) => {
      switch (input.type) {
        case "read":
          return [state, state];
        case "write":
          return [input.value, undefined];
        default:
          return same(state, input.expected) ? [input.value, true] : [state, false];
      }
    },
  };
}

/** `"get"` answers the value, or `undefined`; `"set"` answers `undefined`; `"delete"` and `"has"` whether there was a value. */
export type KeyValueInput<Key, Value> =
  | { readonly type: "get" | "delete" | "has"; readonly key: Key }
  | { readonly type: "set"; readonly key: Key; readonly value: Value };

/** A map, each key a part of its own. */
export function keyValueModel<Key, Value>(): Model<readonly [] | readonly [Value], KeyValueInput<Key, Value>, Value | boolean | undefined> {
  return {
    initial: [],
    partition: ({ key }) => key,
    apply: (state, input) => {
      switch (input.type) {
        case "get":
          return [state, state[0]];
        case "has":
          return [state, state.length === 1];
        case "delete":
          return [[], state.length === 1];
        default:
          return [[input.value], undefined];
      }
    },
  };
}

/** `"get"` answers the text so far, `""` at first; `"put"` replaces it and `"append"` adds to it: both answer `undefined`. */
export type TextStoreInput =
  | { readonly type: "get"; readonly key: string }
  | { readonly type: "put" | "append"; readonly key: string; readonly value: string };

/** A key-value store of texts that can be appended to, each key a part of its own. */
export function textStoreModel(): Model<string, TextStoreInput, string | undefined> {
  return {
    initial: "",
    partition: ({ key }) => key,
    apply: (state, input) => {
      switch (input.type) {
        case "get":
          return [state, state];
        case "put":
          return [input.value, undefined];
        default:
          return [state + input.value, undefined];
      }
    },
  };
}

/** Adding answers `undefined`; removing answers the item, or `undefined` where there is none. */
export type SequenceInput<Item> = { readonly type: "add"; readonly item: Item } | { readonly type: "remove" };

/** First in, first out. */
export function queueModel<Item>(): Model<readonly Item[], SequenceInput<Item>, Item | undefined> {
  return {
    initial: [],
    apply: (state, input) => (input.type === "add" ? [[...state, input.item], undefined] : [state.slice(1), state[0]]),
  };
}

/** Last in, first out. */
export function stackModel<Item>(): Model<readonly Item[], SequenceInput<Item>, Item | undefined> {
  return {
    initial: [],
    apply: (state, input) => (input.type === "add" ? [[...state, input.item], undefined] : [state.slice(0, -1), state.at(-1)]),
  };
}

/** Each answers whether the item was in the set before. */
export interface SetInput<Item> {
  readonly type: "add" | "delete" | "has";
  readonly item: Item;
}

/** A set, each item a part of its own. */
export function setModel<Item>(): Model<boolean, SetInput<Item>, boolean> {
  return { initial: false, partition: ({ item }) => item, apply: (state, { type }) => [type === "has" ? state : type === "add", state] };
}

/** `"read"` answers the count; `"add"` adds `by` (default 1), and answers the new count if `answers` is true. */
export type CounterInput = { readonly type: "read" } | { readonly type: "add"; readonly by?: number; readonly answers?: boolean };

/** A counter. */
export function counterModel(initial = 0): Model<number, CounterInput, number | undefined> {
  return {
    initial,
    apply: (state, input) => {
      if (input.type === "read") {
        return [state, state];
      }
      const next = state + (input.by ?? 1);
      return [next, input.answers === true ? next : undefined];
    },
  };
}

/** All answer whether they were allowed: `"acquire"` where a permit was free, `"release"` where one was held. */
export interface SemaphoreInput {
  readonly type: "acquire" | "release";
}

/**
 * A semaphore of a number of permits; one permit is a mutex. An `acquire` that waited returns when it was let in, so its
 * output is true; one that gave up, or a `tryAcquire`, has the output false.
 */
export function semaphoreModel(permits = 1): Model<number, SemaphoreInput, boolean> {
  return {
    initial: permits,
    apply: (free, { type }) => {
      if (type === "acquire") {
        return free > 0 ? [free - 1, true] : [free, false];
      }
      return free < permits ? [free + 1, true] : [free, false];
    },
  };
}

/** A mutex: a semaphore of one permit. */
export function mutexModel(): Model<number, SemaphoreInput, boolean> {
  return semaphoreModel(1);
}
