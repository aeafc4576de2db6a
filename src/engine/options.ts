/** Which reorderings are legal. See the table in ARCHITECTURE.md. */
export type OrderName = "production" | "latency" | "chaos";

/** Whose awaits and thens may be delayed under `latency`. */
export type Scope = "user" | "all";
