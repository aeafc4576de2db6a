import { environment } from "../host/process/environment.ts";
import { printableLine } from "../values/printable.ts";
import type { Exploration } from "./exploration.ts";

/** What there is to say of a race that passed. */
export type Passed = Pick<Exploration, "brief" | "isVacuous">;

/** `✓ two withdrawals: complete, 135 interleavings`. */
export function greenLine(test: string, { brief, isVacuous }: Passed): string {
  return printableLine(`${isVacuous ? "⚠" : "✓"} ${test}: ${brief}`);
}

/** Whether nobody wants to hear of green races. */
export function isQuiet(): boolean {
  const asked = environment()["HEDDLE_SUMMARY"] ?? "";
  return asked === "0" || asked === "off";
}
