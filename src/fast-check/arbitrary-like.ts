/** An arbitrary of fast-check's, as far as types need to know it: fast-check itself need not be installed. */
export interface ArbitraryLike<Value> {
  generate(random: never, biasFactor: number | undefined): { readonly value: Value };
}

export function isArbitrary(value: unknown): value is ArbitraryLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { generate?: unknown }).generate === "function";
}
