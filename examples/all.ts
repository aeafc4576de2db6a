import type { Example } from "./example.ts";

export type ExampleName = "wallet" | "bank-transfer" | "stream-readers" | "token-refresh" | "deadlock";

/** The examples by name, each loaded when it is asked for. */
export const examples: Readonly<Record<ExampleName, () => Promise<{ readonly example: Example }>>> = {
  wallet: () => import("./wallet/race.ts"),
  "bank-transfer": () => import("./bank-transfer/race.ts"),
  "stream-readers": () => import("./stream-readers/race.ts"),
  "token-refresh": () => import("./token-refresh/race.ts"),
  deadlock: () => import("./deadlock/race.ts"),
};
