/** What a search that found nothing has shown, in words, and no more than that. */
import type { OrderSummary } from "../engine/exploration.ts";
import type { OrderName } from "../engine/options.ts";
import { count, grouped } from "./layout.ts";

/** One part of an exploration that was split into several. */
export interface ShardName {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What was to be tried, and what was. */
export interface SearchFacts {
  readonly orders: readonly OrderSummary[];
  /** Orders that were to be tried, and were not reached. */
  readonly untried: readonly OrderName[];
  /** The most deviations in one schedule; `Infinity` for no such limit. */
  readonly bound: number;
  readonly shard: ShardName | undefined;
  /** What escaped control, in words: whatever is complete is so but for that. */
  readonly uncontrolled: readonly string[];
}

/** One clause for each order. */
export function tellSearch(facts: SearchFacts): string {
  const told = facts.orders.map((summary) => `${summary.order}: ${tellOrder(summary, facts)}`);
  const untold = facts.untried.map((order) => `${order}: ${NOT_TRIED}`);
  const escaped = facts.uncontrolled.length === 0 ? [] : [`escaped control: ${facts.uncontrolled.join(", ")}`];
  const whole = [...told, ...untold, ...escaped].join("; ");
  return facts.shard === undefined ? whole : `shard ${facts.shard.index}/${facts.shard.count}: ${whole}`;
}

const NOT_TRIED = "not tried, the time was up";

function tellOrder(summary: OrderSummary, facts: SearchFacts): string {
  if (summary.vacuous) return "nothing to decide (one order only)";
  if (summary.runs === 0) return NOT_TRIED;
  if (summary.complete) return tellComplete(summary, facts);
  const guarantee = tellGuarantee(summary);
  const stopped = summary.ended === "time" ? ", when the time was up" : "";
  return `none of ${count(summary.runs, "execution")} failed${stopped}${tellEstimate(summary)}${guarantee === undefined ? "" : `; ${guarantee}`}`;
}

/**
 * Every interleaving has a course of its own, so where all were tried the courses are the interleavings. A reduced
 * search knows itself how many orders there are.
 */
function tellComplete({ distinct, distinctIsExact, runs, covers, reduction }: OrderSummary, { bound, shard }: SearchFacts): string {
  const what = covers ?? "interleavings";
  const within = bound === Number.POSITIVE_INFINITY ? "complete" : `complete within bound ${bound}`;
  const number = reduction?.orders ?? (distinctIsExact ? distinct : undefined);
  const all = number !== undefined ? `${grouped(number)} ${what}` : `${what}, in ${count(runs, "execution")},`;
  if (number === 1 && shard === undefined) return `${within}, the only one of the ${what} passed`;
  if (shard === undefined) return `${within}, none of all ${all} failed`;
  return `its part is ${within}, none of its ${all} failed; the other shards have the rest`;
}

/** The same course may come again and again: executions are not held against interleavings where there are more of them. */
function tellEstimate({ distinct: courses, runs, estimated, covers, reduction }: OrderSummary): string {
  // A reduced search tells itself how many orders it has tried: of one order there are many courses.
  const distinct = reduction?.orders ?? courses;
  // An estimate below what was seen is a bad one.
  if (estimated === undefined || estimated < distinct) return "";
  const all = `of an estimated ${roughly(estimated)} ${isLowerBound({ reduction, estimated }) ? "or more " : ""}${covers ?? "interleavings"}`;
  return runs > estimated || reduction !== undefined ? `; they took ${grouped(distinct)} ${all}` : `, ${all}`;
}

/** From so large a part on a reduced search has met the races that make its tree what it is. */
const ENOUGH_TRIED = 1 / 4;

/** Whether there may be many more than are estimated: races that a reduced search has not met yet are not counted. */
export function isLowerBound({ reduction, estimated }: Pick<OrderSummary, "reduction" | "estimated">): boolean {
  return reduction !== undefined && estimated !== undefined && reduction.orders < estimated * ENOUGH_TRIED;
}

/**
 * The rule of three (Hanley and Lippman-Hand, 1983): where n draws hit a bug with chances whose sum is 3 or more, all
 * of them miss it with a probability of e^-3 at most, which is less than 5 %. It holds for draws that learn from those
 * before them too: each chance is that of the draw as it was made, hence the mean in the words.
 */
function tellGuarantee({ drawn, runs, unseenAtMost }: OrderSummary): string | undefined {
  const rarity = Math.floor(drawn / 3);
  if (rarity < 2) return undefined;
  const share = drawn === runs ? "all were" : `${grouped(drawn)} of them were`;
  const news = unseenAtMost === undefined || drawn < ENOUGH_DRAWN ? "" : `, and one more such draw takes a course not drawn yet with at most ${percent(unseenAtMost)} (95 %)`;
  return `${share} drawn at random: a bug that such a draw hits 1 time in ${grouped(rarity)} on average would have been found with 95 %${news}`;
}

/** Of fewer draws the bound says nothing. */
const ENOUGH_DRAWN = 30;

/** `5.5 %`, `40 %`: rounded up, as it is a bound. */
function percent(share: number): string {
  const exact = share * 100;
  return `${exact < 10 ? Math.ceil(exact * 10) / 10 : Math.ceil(exact)} %`;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** Beyond this an estimate says nothing but that it is hopeless. */
const MOST_DIGITS = 30;

/** One or two digits of a number that is not known better: `1,100`, `4·10⁶`. */
export function roughly(amount: number): string {
  const exponent = Math.floor(Math.log10(Math.max(1, amount)));
  if (!(exponent <= MOST_DIGITS)) return `10${superscript(MOST_DIGITS)} or more`;
  if (exponent < 4) {
    const step = 10 ** Math.max(0, exponent - 1);
    return grouped(Math.round(amount / step) * step);
  }
  const digit = Math.round(amount / 10 ** exponent);
  return digit === 10 ? `10${superscript(exponent + 1)}` : `${digit === 1 ? "" : `${digit}·`}10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
}
