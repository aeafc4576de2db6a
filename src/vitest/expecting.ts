import type { ExpectStatic } from "vitest";
import { control } from "../host/control.ts";
import { advanceFakeTimers, poll } from "./waiting.ts";

type Matcher = (...values: unknown[]) => unknown;
type Path = readonly PropertyKey[];

const patched = new WeakSet<ExpectStatic>();

/**
 * `expect.poll` tries again by timers that vitest keeps apart, which would be a second, real clock beside the body's;
 * and `expect.soft` takes down in the test's result what an execution of a thousand found. In a body the one polls by
 * the body's clock, and the other fails the execution, which goes on to the end of its step.
 */
export function installExpecting(expect: ExpectStatic): void {
  if (patched.has(expect)) return;
  patched.add(expect);
  const { poll: nativePoll, soft: nativeSoft } = expect;
  expect.poll = ((fn, options) => (control.inside ? polling(expect, fn, options ?? {}) : nativePoll(fn, options))) as typeof nativePoll;
  expect.soft = ((value: unknown, message?: string) =>
    control.inside ? softly(expect(value, message)) : nativeSoft(value, message)) as typeof nativeSoft;
}

type PollOptions = NonNullable<Parameters<ExpectStatic["poll"]>[1]>;

/** The matchers of `expect(…)`, which each ask for the value again until it matches. */
function polling(expect: ExpectStatic, ask: () => unknown, options: PollOptions): object {
  const { assertionCalls } = expect.getState();
  const { timeout: timeoutMs = 1000, interval: intervalMs = 50, message } = options;
  /** However often it is tried, it is one assertion. */
  const assertionOf = (value: unknown): object => {
    expect.setState({ assertionCalls });
    return expect(value, message) as object;
  };
  let isFirst = true;
  const attempt = async (path: Path, values: readonly unknown[]): Promise<void> => {
    if (!isFirst) advanceFakeTimers(intervalMs);
    isFirst = false;
    const assertion = stepInto(assertionOf(await ask()), path.slice(0, -1));
    await (assertion[path.at(-1)!] as Matcher)(...values);
  };
  const chain = (assertion: object, path: Path): object =>
    new Proxy(assertion, {
      get(target, key) {
        // What vitest's own has no use for fails here as it does there: by being asked of nothing.
        const member: unknown = Reflect.get(target, key, target);
        if (typeof key === "symbol" || member === null || (typeof member !== "object" && typeof member !== "function")) return member;
        if (typeof member !== "function") return chain(member, [...path, key]);
        return (...values: unknown[]) => poll(() => attempt([...path, key], values), () => true, { timeoutMs, intervalMs });
      },
    });
  return chain(assertionOf(null), []);
}

function stepInto(assertion: object, path: Path): Record<PropertyKey, unknown> {
  let inner = assertion as Record<PropertyKey, unknown>;
  for (const key of path) inner = inner[key] as Record<PropertyKey, unknown>;
  return inner;
}

/** An assertion that fails the execution instead of throwing. */
function softly(assertion: object): object {
  const { execution } = control;
  const soft: object = new Proxy(assertion, {
    get(target, key) {
      const member = attemptSoftly(() => Reflect.get(target, key, target) as unknown);
      if (typeof member === "function") return (...values: unknown[]) => attemptSoftly(() => (member as Matcher).apply(target, values));
      return typeof member === "object" && member !== null ? softly(member) : member;
    },
  });
  const attemptSoftly = (action: () => unknown): unknown => {
    try {
      const result = action();
      return result instanceof Promise ? result.catch((error: unknown) => execution?.fail("error", error)) : result;
    } catch (error) {
      execution?.fail("error", error);
      return undefined;
    }
  };
  return soft;
}
