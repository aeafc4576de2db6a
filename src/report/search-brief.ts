/** What a search that found nothing comes to, in a few words: for one line of a list of tests. */
import type { OrderSummary } from "../engine/exploration.ts";
import { count, grouped } from "./layout.ts";
import { isLowerBound, roughly, type SearchFacts } from "./search-sentence.ts";

/** Why a green race proves nothing. */
export const NOTHING_BESIDE = "nothing ran beside anything else, so it proves nothing: start two tasks (spawn, Promise.all), and declare what takes time with io(name, fn)";

/** Whether no execution had anything to decide, under any order. */
export function isWithoutChoice({ orders }: Pick<SearchFacts, "orders">): boolean {
  return orders.length > 0 && orders.every(({ vacuous }) => vacuous);
}

/** `complete, 135 interleavings`, `explored 1,000 of about 4·10⁶ interleavings`. */
export function tellBriefly(facts: SearchFacts): string {
  if (isWithoutChoice(facts)) return NOTHING_BESIDE;
  const told = facts.orders.filter(({ vacuous, runs }) => !vacuous && runs > 0);
  const isAll = facts.untried.length === 0;
  const isOne = told.length === 1 && isAll;
  const parts = told.map((summary) => `${isOne ? "" : `${summary.order}: `}${tellOrder(summary, facts)}`);
  const isComplete = isAll && !isOne && told.every(({ complete }) => complete);
  const whole = isComplete
    ? `complete${within(facts)}, ${told.map((summary) => `${tellNumber(summary)} under ${summary.order}`).join(" and ")}`
    : [...parts, ...facts.untried.map((order) => `${order}: not tried`)].join("; ");
  return facts.shard === undefined ? whole : `shard ${facts.shard.index}/${facts.shard.count}: ${whole}`;
}

function within({ bound }: SearchFacts): string {
  return bound === Number.POSITIVE_INFINITY ? "" : ` within bound ${bound}`;
}

/** `135 interleavings`. */
function tellNumber({ distinct, distinctIsExact, reduction, covers = "interleavings" }: OrderSummary): string {
  const number = reduction?.orders ?? (distinctIsExact ? distinct : undefined);
  return number === undefined ? `all ${covers}` : number === 1 ? `the only one of the ${covers}` : `${grouped(number)} ${covers}`;
}

function tellOrder(summary: OrderSummary, facts: SearchFacts): string {
  const { complete, runs, estimated, reduction, covers = "interleavings" } = summary;
  const distinct = reduction?.orders ?? summary.distinct;
  if (complete) return `complete${within(facts)}, ${tellNumber(summary)}`;
  const stopped = summary.ended === "time" ? ", then the time was up" : "";
  // An estimate below what was seen is a bad one.
  const explored = estimated !== undefined && estimated >= distinct ? `${grouped(distinct)} of ${isLowerBound(summary) ? `${roughly(estimated)} or more` : `about ${roughly(estimated)}`} ${reduction === undefined ? covers : "orders that matter"}` : count(runs, "execution");
  return `explored ${explored}${stopped}`;
}
