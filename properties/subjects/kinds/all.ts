import type { Kind } from "./kind.ts";
import { locks } from "./locks.ts";
import { state } from "./state.ts";
import { supplies } from "./supplies.ts";
import { timing } from "./timing.ts";

/** What everybody shares: a law each, over one published package and over a version with a planted mistake. */
export const kinds: readonly Kind[] = [...locks, ...supplies, ...state, ...timing];
