/** What to change to learn more from a search that found nothing: each tip names its option. */
import type { OrderSummary } from "../engine/exploration.ts";
import { grouped } from "./layout.ts";
import { roughly, type SearchFacts } from "./search-sentence.ts";

/** The facts, and what was asked for. */
export interface AdvisedSearch extends SearchFacts {
  readonly strategy: string;
  /** The executions that were to be made. */
  readonly runs: number;
  /** Each `sometimes` that never held in this part of an exploration. */
  readonly missing: readonly string[];
  /** Whether `independence` could be set besides what is. */
  readonly mayReduce: boolean;
}

const REDUCE = 'if all that tasks share is declared with shared() or behind io(), set `independence: "declared"`: orders that differ in independent steps only count as one then';

/** Draws from which on it means something that all courses came again. */
const ENOUGH_DRAWS = 100;
/** An exploration this many times as large is still worth the wait. */
const WORTH = 30;

/** Whether every course that was drawn came more than once: more draws of the kind will hardly take another. */
export function isSaturated({ drawn, unseen }: OrderSummary): boolean {
  return drawn >= ENOUGH_DRAWS && unseen === 0;
}

/** The most useful first. */
export function adviseOnSearch(search: AdvisedSearch): string[] {
  const { orders, strategy } = search;
  const tips: string[] = [];
  if (orders.length > 0 && orders.every(({ vacuous }) => vacuous)) {
    tips.push("nothing ran beside anything else: start two tasks with spawn(name, fn), and declare what takes time with io(name, fn)");
  } else if (orders.some(({ order, vacuous }) => vacuous && order === "production")) {
    tips.push("nothing to decide under `production`: declare I/O with io(name, fn), and its answers are put in any order");
  }
  if (strategy === "fifo") tips.push("`fifo` tries plain JavaScript's order only: leave `strategy` out to search the others");
  for (const name of search.missing) tips.push(`sometimes "${name}" never held in this shard: look whether it did in another, as none can tell for all`);
  for (const summary of orders) tips.push(...adviseOn(summary, search));
  return [...new Set(tips)];
}

function adviseOn(summary: OrderSummary, search: AdvisedSearch): string[] {
  const { order, vacuous, complete, ended, estimated, unseen } = summary;
  if (vacuous) return [];
  if (complete) return search.bound === Number.POSITIVE_INFINITY ? [] : [`schedules with more deviations were not tried: raise \`bound\` (${search.bound}), or leave it out`];
  if (ended === "time") return [`the time was up after ${grouped(summary.runs)} executions under \`${order}\`: raise \`timeMs\` (or the test's \`timeout\`), or lower \`runs\` (${grouped(search.runs)})`];
  if (isSaturated(summary)) return [`every course that was drawn under \`${order}\` came again: more \`runs\` of the same will hardly show another`];
  if (ended !== "runs") return [];
  if (estimated !== undefined && estimated >= summary.distinct && estimated <= WORTH * search.runs) {
    return [`about ${roughly(estimated)} interleavings under \`${order}\`: with \`runs\` some way above that (it is ${grouped(search.runs)}) the search would end complete`];
  }
  const news = unseen === undefined ? "" : `; about ${Math.max(1, Math.round(unseen * 100))} of 100 further draws would take a course not seen yet`;
  const reduced = search.mayReduce && order !== "production" ? [REDUCE] : [];
  return [`raise \`runs\` (${grouped(search.runs)}) to look for rarer failures under \`${order}\`, or set \`bound: 2\` to try all that is near plain JavaScript's order${news}`, ...reduced];
}
