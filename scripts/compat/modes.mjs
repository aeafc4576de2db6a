/** @import { Mode } from "./types.d.ts" */

/** The orders (and scopes) under which every program is explored. @type {readonly Mode[]} */
export const modes = [
  { name: "production", order: "production" },
  { name: "latency", order: "latency", scope: "user" },
  { name: "latency, scope all", order: "latency", scope: "all" },
  { name: "chaos", order: "chaos", scope: "user" },
  { name: "chaos, scope all", order: "chaos", scope: "all" },
];
