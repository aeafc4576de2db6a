import { environment } from "../host/process/environment.ts";
import { wrap } from "../report/layout.ts";
import { reportWidth } from "../report/text.ts";
import { printableLine } from "../values/printable.ts";
import { renderOptions } from "./environment.ts";
import type { Exploration } from "./exploration.ts";

/** What there is to say of a race that passed. */
export type Passed = Pick<Exploration, "brief" | "isVacuous">;

/** `✓ two withdrawals: complete, 135 interleavings`. */
export function greenLine(test: string, { brief, isVacuous }: Passed): string {
  return printableLine(`${isVacuous ? "⚠" : "✓"} ${test}: ${brief}`);
}

/** The same in as many lines as the terminal is wide. */
export function greenLines(test: string, passed: Passed): readonly string[] {
  return wrap(greenLine(test, passed), reportWidth(renderOptions()), "    ");
}

/** Whether nobody wants to hear of green races. */
export function isQuiet(): boolean {
  const asked = environment()["HEDDLE_SUMMARY"] ?? "";
  return asked === "0" || asked === "off";
}
