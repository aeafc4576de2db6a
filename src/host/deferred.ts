import { natives } from "./natives.ts";

/** A promise, and what settles it. */
export interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What `Promise.withResolvers` gives, which Node 20 has not. */
export function deferred(): Deferred {
  let [resolve, reject]: [Deferred["resolve"], Deferred["reject"]] = [() => undefined, () => undefined];
  const promise = new natives.Promise((...given) => void ([resolve, reject] = given));
  return { promise, resolve, reject };
}
