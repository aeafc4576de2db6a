import { test as vitestTest } from "vitest";
import { refuse } from "./unsupported.ts";

/** `test.race` and all that hangs on it (`.each`, `.only`): a test that fails, and says why. */
function failingRace(): unknown {
  const register = (name: unknown): void => vitestTest(String(name), () => refuse("test.race"));
  return new Proxy(register, {
    get: (_target, key) => (key === "each" || key === "for" || key === "prop" ? () => failingRace() : failingRace()),
  });
}

/** vitest's `test`, whose `race` is refused. */
export function withRace<Test extends object>(test: Test): Test {
  return new Proxy(test, { get: (target, key) => (key === "race" ? failingRace() : (Reflect.get(target, key) as unknown)) });
}

export const test: typeof vitestTest = withRace(vitestTest);
export const it: typeof vitestTest = test;
