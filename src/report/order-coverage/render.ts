/** Order coverage as text and as a page. */
import { escapeMarkup } from "../markup.ts";
import { cutText, printableLine, withoutColours } from "../../values/printable.ts";
import { cells, count, cut, grouped, pad } from "../layout.ts";
import { inItsOrder, isInBothOrders, type CoveredLine, type OrderCoverage } from "./order-coverage.ts";

/** Pairs that are listed. */
const MOST_LISTED = 40;
const LONGEST_CODE = 200;

/** `3 of 12 pairs of lines were seen in one order only`. */
export function coverageSentence({ pairs, executions }: OrderCoverage): string {
  if (pairs.length === 0) return `no two lines of different tasks could have run in another order, in ${count(executions, "execution")}`;
  const both = pairs.filter(isInBothOrders).length;
  return `${count(pairs.length, "pair")} of lines could run in either order: ${both} seen in both orders, ${pairs.length - both} in one only, in ${count(executions, "execution")}`;
}

/**
 * The pairs that were seen in one order only: what a schedule that nobody has tried would show.
 * @param place - how a line's place is written.
 * @param width - in cells.
 */
export function coverageText(coverage: OrderCoverage, place: (line: CoveredLine) => string, width: number): string {
  const rows = oneSided(coverage).map(([first, second, times]) => ({ first: oneLine(pointOf(first, place)), second: oneLine(pointOf(second, place)), times }));
  const listed = rows.slice(0, MOST_LISTED);
  const [firstWidth, secondWidth] = [Math.max(0, ...listed.map(({ first }) => cells(first))), Math.max(0, ...listed.map(({ second }) => cells(second)))];
  const lines = listed.map(({ first, second, times }) => cut(`  always ${pad(first, firstWidth)} before ${pad(second, secondWidth)}  ×${grouped(times)}`, width).trimEnd());
  if (rows.length > listed.length) lines.push(`  … and ${count(rows.length - listed.length, "more pair")}`);
  return [coverageSentence(coverage), ...lines].join("\n");
}

/** The pairs in one order only, those that were seen most often first: there the other order was missed most often. */
function oneSided(coverage: OrderCoverage): readonly (readonly [CoveredLine, CoveredLine, number])[] {
  const pairs = coverage.pairs.filter((pair) => !isInBothOrders(pair)).map((pair) => inItsOrder(coverage, pair));
  return pairs.sort(([, , one], [, , other]) => other - one);
}

/** `wallet.ts:14 answered` */
function pointOf(line: CoveredLine, place: (line: CoveredLine) => string): string {
  return line.phase === undefined ? place(line) : `${place(line)} ${line.phase}`;
}

function oneLine(text: string): string {
  return printableLine(withoutColours(text));
}

/** A page of its own: a table of all pairs, without a script. */
export function coveragePage(coverage: OrderCoverage, place: (line: CoveredLine) => string): string {
  const cell = (line: CoveredLine): string => `<td><code>${markup(pointOf(line, place))}</code><pre>${markup(cutText(line.code?.trim() ?? "", LONGEST_CODE))}</pre></td>`;
  const single = oneSided(coverage).map(([first, second, times]) => `<tr class="one">${cell(first)}<td>always before</td>${cell(second)}<td>${times}</td><td>0</td></tr>`);
  const both = coverage.pairs
    .filter(isInBothOrders)
    .map(({ one, other, oneFirst, otherFirst }) => `<tr>${cell(coverage.lines[one]!)}<td>before and behind</td>${cell(coverage.lines[other]!)}<td>${oneFirst}</td><td>${otherFirst}</td></tr>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Coverage of orders · heddle</title>
<style>
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 24px auto; max-width: 1100px; padding: 0 16px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px; border-bottom: 1px solid light-dark(#d9dce2, #343943); }
tr.one { background: light-dark(#fff0c2, #463a12); }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: 12.5px; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre { color: light-dark(#626a78, #969eac); }
</style>
</head>
<body>
<h1>Coverage of orders</h1>
<p>${markup(coverageSentence(coverage))}</p>
<p>${coverage.tests.map(markup).join("<br>")}</p>
<table>
<thead><tr><th>line</th><th></th><th>line</th><th>first went first</th><th>second went first</th></tr></thead>
<tbody>
${[...single, ...both].join("\n")}
</tbody>
</table>
</body>
</html>
`;
}

function markup(text: string): string {
  return escapeMarkup(oneLine(text));
}
