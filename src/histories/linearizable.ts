import { byProgram, byQuiescence, byRealTime, type Arrangement } from "./arrangement.ts";
import { Budget, type Bound, type BudgetOptions } from "./budget.ts";
import { checkModel, type AnyModel } from "./model.ts";
import { programOrder, type Operation } from "./operation.ts";
import { partitionsOf, inOneState, type Part } from "./partition.ts";
import { Search } from "./search.ts";
import { Specification } from "./specification.ts";
import { structureOf } from "./structure.ts";
import type { Linearizability, Misfit, Ordered, QuiescentConsistency, SequentialConsistency, Undecided, Unordered } from "./verdict.ts";

/** How many operations a search tries before the clock is looked at and another partition has its turn. */
const SLICE = 256;

/** How many operations a search may try to do without what another one only concluded. */
const PROOF = 20_000;

const MOST_BYTES = 512 * 1024 * 1024;

/** How many different outputs a misfit's `expected` lists at most. */
const MOST_EXPECTED = 16;

/** One partition's search. */
interface Case {
  readonly part: Part;
  search: Search;
  /** The same search without what is only concluded (`Growth`). */
  plainly(): Search;
  readonly specification: Specification<never, never, never>;
}

/**
 * Whether a concurrent history is linearizable: whether each operation can be thought to take effect at one moment
 * between its call and its return, so that the model gives the outputs that were recorded.
 *
 * The search is that of Wing and Gong (1993) with the memo of Lowe (2017), in the manner of porcupine: each partition by
 * itself (Horn and Kroening, Faster linearizability checking via P-compositionality, 2015). It takes exponential time in
 * the number of operations that overlap, at worst, so it has a budget; a budget that runs out is "unknown".
 *
 * @throws HeddleError `BAD_HISTORY`, `BAD_MODEL`, `BAD_OPTION` with what is wrong
 */
export function checkLinearizable<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
  options: BudgetOptions = {},
): Linearizability<Output> {
  const before = programOrder(operations);
  const arrangement = (members: readonly number[]): Arrangement => byRealTime(operations, members, before);
  return judge(operations, model, options, arrangement, "linearizable", "not-linearizable");
}

/**
 * Whether a history is sequentially consistent (Lamport, 1979): whether some order that keeps each task's own order gives
 * the outputs that were recorded. Real time does not count, so partitions are judged together.
 *
 * @throws HeddleError as `checkLinearizable`
 */
export function checkSequential<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
  options: BudgetOptions = {},
): SequentialConsistency<Output> {
  const before = programOrder(operations);
  checkModel(model as AnyModel<never, never, never>);
  const arrangement = (members: readonly number[]): Arrangement => byProgram(operations, members, before);
  return judge(operations, inOneState(model), options, arrangement, "sequential", "not-sequential");
}

/**
 * Whether a history is quiescently consistent (Aspnes, Herlihy, Shavit, 1994): operations keep their order if at some
 * time between them none was under way; all others may take effect in any order, those of one task too.
 *
 * @throws HeddleError as `checkLinearizable`
 */
export function checkQuiescent<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
  options: BudgetOptions = {},
): QuiescentConsistency<Output> {
  programOrder(operations);
  const arrangement = (members: readonly number[]): Arrangement => byQuiescence(operations, members);
  return judge(operations, model, options, arrangement, "quiescent", "not-quiescent");
}

function judge<State, Input, Output, Yes extends string, No extends string>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
  options: BudgetOptions,
  arrange: (members: readonly number[]) => Arrangement,
  yes: Yes,
  no: No,
): Ordered<Yes> | Unordered<No, Output> | Undecided {
  checkModel(model as AnyModel<never, never, never>);
  const budget = new Budget(options);
  const cases = partitionsOf(operations, model).map((part): Case => {
    const members = part.members.map((at) => operations[at]!);
    const specification = new Specification(model, part.key, members) as unknown as Specification<never, never, never>;
    const classes = new Map(part.members.map((at, index) => [at, specification.classOf[index]!]));
    const arrangement = arrange(part.members);
    // `shortened` tells what is found with it, and knows real time only.
    const make = (growing: boolean): Search => new Search(specification, arrangement, (at) => classes.get(at)!, growing);
    return { part, specification, search: make(yes === "linearizable"), plainly: () => make(false) };
  });
  const outcome = decide(cases, budget);
  const configurations = cases.reduce((sum, { search }) => sum + search.configurations, 0);
  if (outcome === undefined) {
    return { verdict: yes, linearization: merge(operations, cases, arrange), configurations };
  }
  if (typeof outcome === "string") {
    return { verdict: "unknown", bound: outcome, configurations };
  }
  const { search, part } = outcome;
  const assuming = search.assumes ? { assuming: "growth" as const } : {};
  const found = { verdict: no, ...(search.assumes ? shortened(operations, model, outcome, budget) : explained<Output>(outcome)), configurations, ...assuming };
  return model.partition === undefined ? found : { ...found, partition: part.key };
}

/** What is told of a partition that has no order. */
type Explanation<Output> = Pick<Unordered<string, Output>, "prefix" | "misfits">;

function explained<Output>({ search, specification, part }: Case): Explanation<Output> {
  const classOf = (operation: number): number => specification.classOf[part.members.indexOf(operation)]!;
  return { prefix: search.best(), misfits: search.misfits().map((operation) => misfitOf(operation, specification, classOf(operation), search)) };
}

function misfitOf<Output>(operation: number, specification: Case["specification"], operationClass: number, search: Search): Misfit<Output> {
  const outputs = search.bestStateNumbers().flatMap((state) => specification.expected(state, operationClass) as readonly Output[]);
  return { operation, expected: distinct(outputs) };
}

/**
 * What is told where `Growth` ended the search before it came to the operation that fits nowhere: the history is cut off
 * at the return of one that no order gets past, and then of others before it, until it can be ordered.
 */
function shortened<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: AnyModel<State, Input, Output>,
  { search, part }: Case,
  budget: Budget,
): Explanation<Output> {
  let misfit = search.limit();
  for (;;) {
    const end = operations[misfit]!.returnedAt!;
    const begun = part.members.filter((at) => operations[at]!.calledAt <= end);
    const cut = begun.map((at): Operation<Input, Output> => {
      const { task, input, calledAt, returnedAt } = operations[at]!;
      return returnedAt === undefined || returnedAt >= end ? { task, input, calledAt } : operations[at]!;
    });
    const specification = new Specification(model, part.key, [...cut, operations[misfit]!]) as unknown as Case["specification"];
    const arrangement = byRealTime(cut, [...cut.keys()], programOrder(cut));
    const shorter = new Search(specification, arrangement, (at) => specification.classOf[at]!, true);
    let answer = shorter.advance(SLICE);
    while (answer === undefined && budget.exhausted(0) === undefined) {
      answer = shorter.advance(SLICE);
    }
    if (answer !== false) {
      const prefix = shorter.best().map((at) => begun[at]!);
      return { prefix, misfits: [misfitOf(misfit, specification, specification.classOf[cut.length]!, shorter)] };
    }
    misfit = begun[shorter.limit()]!;
  }
}

/** The case that has no order; or the bound that ended the search; or nothing, where all have one. */
function decide(cases: readonly Case[], budget: Budget): Case | Bound | undefined {
  let open = cases;
  let settled = 0;
  for (let slice = SLICE; open.length > 0; slice = Math.min(2 * slice, 64 * SLICE)) {
    const left: Case[] = [];
    for (const one of open) {
      for (let worked = 0; worked < slice; worked += SLICE) {
        const answer = one.search.advance(SLICE);
        if (answer === false && one.search.assumes) {
          const holds = one.specification.growth.holds();
          const plain = one.plainly();
          const proof = plain.advance(PROOF);
          if (proof !== undefined || !holds) {
            one.search = plain;
            if (proof === false) {
              return one;
            }
            settled += proof === true ? plain.configurations : 0;
            left.push(...(proof === true ? [] : [one]));
            break;
          }
        }
        if (answer === false) {
          return one;
        }
        if (answer === true) {
          settled += one.search.configurations;
          break;
        }
        const running = open.reduce((sum, { search }) => sum + search.configurations, settled);
        const bound = budget.exhausted(running);
        if (bound !== undefined) {
          return bound;
        }
        if (worked + SLICE >= slice) {
          left.push(one);
        }
      }
    }
    if (left.reduce((sum, { search }) => sum + search.bytes, 0) > MOST_BYTES) {
      return "memory";
    }
    open = left;
  }
  return undefined;
}

/**
 * One order of all operations out of one for each partition. Of all that are left, that which returned first decides: its
 * partition's order is followed up to it. What is put before it was called before it returned, so before all others returned.
 */
function merge(operations: readonly Operation[], cases: readonly Case[], arrange: (members: readonly number[]) => Arrangement): number[] {
  if (cases.length === 1) {
    return cases[0]!.search.best();
  }
  const orders = cases.map(({ search }) => search.best());
  const place = new Map(orders.flatMap((order, index) => order.map((at) => [at, index] as const)));
  const done = orders.map(() => 0);
  const merged: number[] = [];
  const placed = new Set<number>();
  const all = arrange(operations.map((_, at) => at));
  for (const number of all.byReturn) {
    const last = all.returned[number]!;
    const index = place.get(last)!;
    while (!placed.has(last)) {
      const next = orders[index]![done[index]!]!;
      done[index] = done[index]! + 1;
      placed.add(next);
      merged.push(next);
    }
  }
  return merged;
}

function distinct<Output>(outputs: readonly Output[]): Output[] {
  const seen = new Map(outputs.map((output) => [structureOf(output), output]));
  return [...seen.values()].slice(0, MOST_EXPECTED);
}
