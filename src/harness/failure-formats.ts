import { heddleVersion, packageFolder } from "../corpus/version.ts";
import { disk } from "../corpus/disk.ts";
import type { FailureReport } from "../report/failure-text.ts";
import { chromeTrace } from "../report/formats/chrome-trace.ts";
import type { FailureDocument } from "../report/formats/document.ts";
import { makeDocument } from "../report/formats/make-document.ts";
import { renderPage, type PageProgram } from "../report/formats/page.ts";
import { shivizLog } from "../report/formats/shiviz.ts";
import { renderOptions } from "./environment.ts";

/** A failure in the formats that programs and browsers read. Each is made when it is asked for. */
export interface FailureFormats {
  /** One self-contained HTML page: opens from the disk, and needs no network. */
  html(): string;
  /** The failure as JSON, as `heddle/failure.schema.json` describes it. */
  json(): string;
  /** Chrome trace events, for Perfetto and for the performance panel of DevTools. */
  trace(): string;
  /** A log for ShiViz. */
  shiviz(): string;
}

/** @param report - called when a format is asked for. */
export function formatsOf(report: () => FailureReport, seed: string): FailureFormats {
  let made: FailureDocument | undefined;
  const document = (): FailureDocument => (made ??= makeDocument({ report: report(), seed, heddle: heddleVersion() }, renderOptions()));
  return {
    html: () => renderPage(document(), pageProgram()),
    json: () => `${JSON.stringify(document(), undefined, 1)}\n`,
    trace: () => chromeTrace(document()),
    shiviz: () => shivizLog(document()),
  };
}

/** `npm run build` makes it; tests that run the sources read it from there too. */
const PROGRAM = "dist/page/program.json";

function pageProgram(): PageProgram {
  let text: string;
  try {
    text = disk.readFileSync(new URL(PROGRAM, packageFolder), "utf8");
  } catch (error) {
    throw new Error("the program of the HTML page is missing from heddle's `dist` folder: install heddle anew, or run `npm run build` in its repository", { cause: error });
  }
  return JSON.parse(text) as PageProgram;
}
