import type { TestContext } from "vitest";
import { relativeTo } from "../harness/environment.ts";
import type { Failure } from "../harness/exploration.ts";
import { decidingSite, workflowCommand } from "../report/formats/workflow-command.ts";
import type { OrderCoverage } from "../report/order-coverage/order-coverage.ts";
import { printableLine } from "../values/printable.ts";
import { messageOf } from "../values/thrown.ts";
import { reportFolder, writeCoverage, writeReports, type ReportFiles } from "./report-files.ts";

/** Where a failure was decided. */
export interface FailurePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What others are told of a failure besides its report. */
export interface PresentedFailure {
  readonly place?: FailurePlace;
  /** Its files, where `HEDDLE_REPORT` names a folder. */
  readonly files?: ReportFiles;
}

/**
 * Tells of a failure where others look: its files, where `HEDDLE_REPORT` names a folder for them; and an annotation at the
 * line that decided it, under GitHub Actions. What cannot be written is said, and takes nothing from the failure.
 */
export function presentFailure(test: string, failure: Failure): PresentedFailure {
  const site = decidingSite(failure.timeline, { kind: failure.kind, message: messageOf(failure.error) });
  const place = site === undefined ? undefined : { file: site.file, line: site.line, column: site.column };
  // From a worker of vitest's, the console is the only way to the log. What vitest writes before it must not stand on its line.
  if (process.env["GITHUB_ACTIONS"] === "true") console.log(`\n${workflowCommand({ title: `heddle: ${test}`, message: annotationText(failure), site: place })}`);
  const files = filesOf(test, failure);
  return { ...(place === undefined ? {} : { place }), ...(files === undefined ? {} : { files }) };
}

/** What an annotation says of a failure. */
export function annotationText({ sentence, seed }: Pick<Failure, "sentence" | "seed">): string {
  return seed === "" ? sentence : `${sentence}\nreplay: npx heddle replay ${seed}`;
}

function filesOf(test: string, failure: Failure): ReportFiles | undefined {
  const folder = reportFolder();
  if (folder === undefined) return undefined;
  try {
    return writeReports(folder, test, failure);
  } catch (error) {
    console.warn(`heddle: the report of "${printableLine(test)}" could not be written into ${printableLine(folder)}: ${printableLine(messageOf(error))}`);
    return undefined;
  }
}

/** Writes down the orders of lines that a test has shown, where that is asked for. What cannot be written is said. */
export function tellCoverage(file: string, test: string, coverage: OrderCoverage | undefined): void {
  try {
    writeCoverage(file, test, coverage);
  } catch (error) {
    console.warn(`heddle: the coverage of "${printableLine(test)}" could not be written: ${printableLine(messageOf(error))}`);
  }
}

/** Attaches the page to the failed test: Vitest's UI and its HTML report offer it there. */
export async function attachPage(context: Pick<TestContext, "annotate">, failure: Failure, { files }: PresentedFailure): Promise<void> {
  const text = files === undefined ? "this failure as a page is attached: Vitest's UI and HTML report open it, HEDDLE_REPORT=<folder> writes it there" : `this failure as a page: ${relativeTo(files.html)}`;
  try {
    await context.annotate(printableLine(text), "heddle", { contentType: "text/html", body: new TextEncoder().encode(failure.html()) });
  } catch {
    // A runner without annotations, or a build without the page: the report says it all.
  }
}
