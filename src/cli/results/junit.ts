import { printable, withoutColours } from "../../values/printable.ts";
import type { RoundTest } from "../messages.ts";
import type { SuiteResults } from "./suite-document.ts";

/**
 * The results in JUnit's XML, as CI servers read it: a race is a failure. What was not explored is skipped, and so is what
 * fails without heddle: the plain run of the suite says that.
 */
export function junitOf({ tests, elapsedMs, errors }: SuiteResults): string {
  const files = new Map<string, RoundTest[]>();
  for (const test of tests) files.set(test.file, [...(files.get(test.file) ?? []), test]);
  const suites = [...files].map(([file, own]) => [`  <testsuite ${attributes({ name: file, ...countsOf(own), time: secondsOf(own) })}>`, ...own.map(caseOf), "  </testsuite>"].join("\n"));
  const outside = errors.length === 0 ? [] : [`  <testsuite name="outside of tests" tests="0" failures="0" errors="${errors.length}">`, ...errors.map((error) => `    <system-err>${escaped(error)}</system-err>`), "  </testsuite>"];
  const head = attributes({ name: "heddle fuzz", ...countsOf(tests), time: seconds(elapsedMs) });
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${head}>`, ...suites, ...outside, "</testsuites>", ""].join("\n");
}

function countsOf(tests: readonly RoundTest[]): Record<string, string> {
  const count = (isOne: (test: RoundTest) => boolean): string => String(tests.filter(isOne).length);
  return { tests: String(tests.length), failures: count(({ report }) => report.verdict === "race"), errors: "0", skipped: count(({ report }) => report.verdict !== "race" && report.verdict !== "passed") };
}

function caseOf({ file, name, report }: RoundTest): string {
  const { verdict, summary, seed, report: text = summary } = report;
  const head = `    <testcase ${attributes({ classname: file, name, time: seconds(report.elapsedMs) })}`;
  if (verdict === "passed") return `${head}/>`;
  if (verdict !== "race") return `${head}><skipped ${attributes({ message: `${verdict === "exploring" ? "not ended" : verdict}: ${summary}` })}/></testcase>`;
  const known = seed === undefined || text.includes(seed) ? text : `${text}\nseed: ${seed}`;
  return `${head}><failure ${attributes({ type: "race", message: summary })}>${escaped(known)}</failure></testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escaped(value).replaceAll("\n", "&#10;")}"`).join(" ");
}

/** XML knows no control characters, not even escaped ones, and not these two. */
function escaped(text: string): string {
  return printable(withoutColours(text)).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll(/[\ufffe\uffff]/gu, "\ufffd");
}

function secondsOf(tests: readonly RoundTest[]): string {
  return seconds(tests.reduce((sum, { report }) => sum + report.elapsedMs, 0));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
