/** A recorded history as a diagram: a lane for each task, each operation from its call to its return. */
import type { Operation, Misfit } from "../histories/index.ts";
import { showValue } from "../values/preview.ts";
import { cells, cut, oneLine } from "./layout.ts";

/** What a judge has found, as far as the diagram shows it: an order, or the longest one and what fits nowhere. */
export interface HistoryFinding {
  readonly verdict?: string;
  readonly linearization?: readonly number[];
  readonly prefix?: readonly number[];
  readonly misfits?: readonly Misfit<unknown>[];
}

export interface HistoryOptions {
  /** Width in terminal cells (default 100). */
  readonly columns?: number | undefined;
  /** An operation in a few words, its answer apart. Default: its input. */
  readonly describe?: ((operation: Operation) => string) | undefined;
  /** An answer, recorded or expected, in a few words. Default: the value. */
  readonly answer?: ((output: unknown) => string) | undefined;
}

const LEAST_LANE = 24;

/** Where an operation is drawn: columns of its call and of its return; `open`: its outcome is unknown. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly label: string;
}

/**
 * The diagram, and below it the operations in the order that was found, numbered as in the diagram, and those that fit
 * nowhere (`✗`) with what the specification would have allowed. Operations that no order was found for have no number.
 */
export function renderHistory(operations: readonly Operation[], finding: HistoryFinding, options: HistoryOptions = {}): string {
  const { columns = 100, describe = (operation) => showValue(operation.input), answer = showValue } = options;
  const order = finding.linearization ?? finding.prefix ?? [];
  const misfits = finding.misfits ?? [];
  const numbers = new Map(order.map((at, index) => [at, String(index + 1)]));
  for (const { operation } of misfits) {
    numbers.set(operation, "✗");
  }
  const lanes = [...new Set(operations.map(({ task }) => task))];
  const names = lanes.map((task) => oneLine(String(task)));
  const margin = Math.min(Math.max(0, ...names.map(cells)), Math.floor(columns / 4));
  const place = columnsOf(operations, Math.max(LEAST_LANE, columns - margin - 3));
  const drawn = lanes.map((task, index) => {
    const bars = [...operations.keys()].filter((at) => operations[at]!.task === task).map((at) => place(at, numbers.get(at) ?? ""));
    const name = cut(names[index]!, margin);
    return `${name}${" ".repeat(margin - cells(name))} │ ${rows(bars).join(`\n${" ".repeat(margin)} │ `)}`;
  });
  const text = (at: number): string => {
    const operation = operations[at]!;
    const answered = operation.returnedAt === undefined ? "outcome unknown" : answer(operation.output);
    return oneLine(`${operation.task}: ${describe(operation)} → ${answered}`);
  };
  const ordered = order.map((at) => `${numbers.get(at)!.padStart(String(order.length).length)}. ${text(at)}`);
  const fitting = misfits.map(({ operation, expected }) => {
    const allowed = expected.map(answer).join(" or ");
    return `✗ ${text(operation)}${allowed === "" ? "" : `, where ${allowed} would have been right`}`;
  });
  return [...drawn, "", ...[...ordered, ...fitting].map((line) => cut(line, columns))].join("\n");
}

/**
 * Calls and returns one after another, evenly, so that it is seen what overlaps: how long things took is not. Where there
 * is no room for all of them some share a column.
 */
function columnsOf(operations: readonly Operation[], width: number): (at: number, label: string) => Bar {
  // At one time calls stand before returns, as operations that tie overlap.
  const calls = operations.map(({ calledAt }, at) => ({ at, time: calledAt, kind: 0 }));
  const returns = operations.flatMap(({ returnedAt }, at) => (returnedAt === undefined ? [] : [{ at, time: returnedAt, kind: 1 }]));
  const moments = [...calls, ...returns].sort((a, b) => a.time - b.time || a.kind - b.kind || a.at - b.at);
  const step = Math.min(4, (width - 1) / Math.max(1, moments.length - 1));
  const columns = new Map(moments.map(({ at, kind }, index) => [`${kind} ${at}`, Math.floor(index * step)]));
  const end = Math.floor((moments.length - 1) * step);
  return (at, label) => {
    const to = columns.get(`1 ${at}`);
    return { from: columns.get(`0 ${at}`)!, to: to ?? end, open: to === undefined, label };
  };
}

/** Bars in as few lines as they need; those of one task overlap only where one's outcome is unknown, or where columns are shared. */
function rows(bars: readonly Bar[]): string[] {
  const lines: { text: string; end: number }[] = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    let line = lines.find(({ end }) => end < bar.from);
    if (line === undefined) {
      line = { text: "", end: -1 };
      lines.push(line);
    }
    const text = barText(bar);
    line.text = line.text.padEnd(bar.from) + text;
    line.end = bar.from + text.length - 1;
  }
  return lines.map(({ text }) => text);
}

function barText({ from, to, open, label }: Bar): string {
  const inner = Math.max(to - from - 1, label.length);
  const before = Math.floor((inner - label.length) / 2);
  return `├${"─".repeat(before)}${label}${"─".repeat(inner - label.length - before)}${open ? "┄" : "┤"}`;
}
