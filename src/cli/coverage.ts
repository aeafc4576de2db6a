import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { readRegular, writeWhole } from "../corpus/disk.ts";
import { mergeCoverage, type CoveredLine, type OrderCoverage } from "../report/order-coverage/order-coverage.ts";
import { coveragePage, coverageText } from "../report/order-coverage/render.ts";
import { messageOf } from "../values/thrown.ts";
import type { CoverageCommand } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { complain, say, type Terminal } from "./terminal.ts";

/** `heddle coverage`: adds up what the tests have left in a folder, and shows it. @returns the exit code. */
export function showCoverage({ folder, html, json }: CoverageCommand, terminal: Terminal, cwd: string): number {
  try {
    const parts = coverageIn(resolve(cwd, folder));
    if (parts.length === 0) {
      complain(terminal.error, `there is no coverage in ${folder}: run the tests with HEDDLE_COVERAGE=${folder} first`);
      return EXIT.cannotRun;
    }
    const whole = mergeCoverage(parts);
    const place = ({ file, line }: CoveredLine): string => `${shown(cwd, file)}:${line}`;
    say(terminal, `${coverageText(whole, place, terminal.width)}\n`);
    if (json !== undefined) writeWhole(resolve(cwd, json), `${JSON.stringify(whole, undefined, 1)}\n`);
    if (html !== undefined) writeWhole(resolve(cwd, html), coveragePage(whole, place));
    return EXIT.none;
  } catch (error) {
    complain(terminal.error, messageOf(error));
    return EXIT.cannotRun;
  }
}

/** @throws an error that names the file that cannot be read. */
function coverageIn(folder: string): OrderCoverage[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".orders.json"));
  return files.sort().map((file) => {
    try {
      const part = JSON.parse(readRegular(join(folder, file))) as OrderCoverage;
      if (part.format !== "heddle-orders" || part.version !== 1) throw new Error("it is no coverage of orders of version 1");
      return part;
    } catch (error) {
      throw new Error(`${join(folder, file)}: ${messageOf(error)}`, { cause: error });
    }
  });
}

function shown(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith("..") ? file : path;
}
