import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { writeWhole } from "../corpus/disk.ts";
import type { Failure } from "../harness/exploration.ts";
import type { OrderCoverage } from "../report/order-coverage/order-coverage.ts";

/** The files of one failure. */
export interface ReportFiles {
  readonly html: string;
  readonly json: string;
  readonly trace: string;
  readonly shiviz: string;
}

const MOST_SLUG = 60;

/** The folder into which failures are to be written, where one is asked for. */
export function reportFolder(): string | undefined {
  return folderOf("HEDDLE_REPORT");
}

/**
 * Writes which lines a test has shown in both orders, where `HEDDLE_COVERAGE` names a folder: `heddle coverage` adds them up.
 * @param file - the test's own.
 * @throws the error of the file system.
 */
export function writeCoverage(file: string, test: string, coverage: OrderCoverage | undefined): void {
  const folder = folderOf("HEDDLE_COVERAGE");
  if (folder === undefined || coverage === undefined) return;
  writeWhole(join(folder, `${fileName(test, file)}${COVERAGE}`), `${JSON.stringify(coverage)}\n`);
}

/** How the files of a coverage folder end. */
const COVERAGE = ".orders.json";

function folderOf(variable: string): string | undefined {
  const folder = process.env[variable];
  return folder === undefined || folder === "" ? undefined : resolve(folder);
}

function fileName(test: string, rest: string): string {
  const slug = test.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, MOST_SLUG).replaceAll(/^-|-$/g, "");
  const hash = createHash("sha256").update(JSON.stringify([test, rest])).digest("hex").slice(0, 10);
  return `${slug === "" ? "test" : slug}-${hash}`;
}

/**
 * Writes a failure into a folder, in all formats. A file's name comes from the test and the seed alone, so the same failure
 * has the same files.
 * @throws the error of the file system.
 */
export function writeReports(folder: string, test: string, failure: Failure): ReportFiles {
  const base = join(folder, fileName(test, failure.seed));
  const files = { html: `${base}.html`, json: `${base}.json`, trace: `${base}.trace.json`, shiviz: `${base}.shiviz.log` };
  writeWhole(files.html, failure.html());
  writeWhole(files.json, failure.json());
  writeWhole(files.trace, failure.trace());
  writeWhole(files.shiviz, failure.shiviz());
  return files;
}
