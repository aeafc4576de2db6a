import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";
import { writeWhole } from "../corpus/disk.ts";
import type { Failure } from "../harness/exploration.ts";

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
  const folder = process.env["HEDDLE_REPORT"];
  if (folder === undefined || folder === "") return undefined;
  return isAbsolute(folder) ? folder : resolve(folder);
}

/**
 * Writes a failure into a folder, in all formats. A file's name comes from the test and the seed alone, so the same failure
 * has the same files.
 * @throws the error of the file system.
 */
export function writeReports(folder: string, test: string, failure: Failure): ReportFiles {
  const slug = test.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, MOST_SLUG).replaceAll(/^-|-$/g, "");
  const hash = createHash("sha256").update(JSON.stringify([test, failure.seed])).digest("hex").slice(0, 10);
  const base = join(folder, `${slug === "" ? "test" : slug}-${hash}`);
  const files = { html: `${base}.html`, json: `${base}.json`, trace: `${base}.trace.json`, shiviz: `${base}.shiviz.log` };
  writeWhole(files.html, failure.html());
  writeWhole(files.json, failure.json());
  writeWhole(files.trace, failure.trace());
  writeWhole(files.shiviz, failure.shiviz());
  return files;
}
