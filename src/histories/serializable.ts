import { HeddleError } from "../engine/errors.ts";
import type { Bound, BudgetOptions } from "./budget.ts";
import { DependencyGraph } from "./cycles.ts";
import { checkLinearizable, checkSequential } from "./linearizable.ts";
import type { Model } from "./model.ts";
import { structureOf } from "./structure.ts";
import { infer, type Dependency, type DirectAnomaly, type Transaction } from "./transactions.ts";

/** What transactions may not do to each other, from weak to strong. */
export type Isolation = "read-committed" | "snapshot-isolation" | "serializable" | "strict-serializable";

/**
 * What went wrong, by Adya's and Elle's names: `G0` (a cycle of writes), `G1a` (an aborted write was read), `G1b` (a value
 * that its transaction wrote over was read), `G1c` (a cycle of writes and reads), `lost-update` (two have read one version,
 * and both have written), `G-single` (a cycle with one read of a version that was replaced), `G-nonadjacent` (several, none
 * right after another), `write-skew` (two transactions have each read what the other one wrote over), `G2-item` (any other
 * cycle with such reads), `internal` (a transaction didn't see its own writes), `garbage-read` (nobody wrote what was read),
 * `incompatible-order` (two reads of a list differ before the end), `no-order` (none of these, yet no order of the
 * transactions gives what was read).
 */
export type AnomalyName = DirectAnomaly["name"] | "G0" | "G1c" | "G-single" | "G-nonadjacent" | "write-skew" | "G2-item" | "no-order";

export interface Anomaly {
  readonly name: AnomalyName;
  /** Positions of the transactions concerned; those of a cycle in its order. */
  readonly transactions: readonly number[];
  readonly key?: string | number;
  /** The shortest cycle of its kind; empty where there is none. With times it may have steps of real time. */
  readonly cycle: readonly Dependency[];
}

export type Serializability =
  | {
      readonly verdict: Isolation;
      /** An order of the transactions that gives what was read; for weaker isolation there need be none. */
      readonly order?: readonly number[];
    }
  | {
      readonly verdict: `not-${Isolation}`;
      /** All that was found, the gravest first; of cycles the shortest of each kind. */
      readonly anomalies: readonly [Anomaly, ...Anomaly[]];
    }
  | { readonly verdict: "unknown"; readonly bound: Bound };

export interface SerializabilityOptions extends BudgetOptions {
  /** Default: `"serializable"`. */
  readonly isolation?: Isolation | undefined;
}

const ISOLATIONS: readonly Isolation[] = ["read-committed", "snapshot-isolation", "serializable", "strict-serializable"];

/** From which isolation on an anomaly is forbidden. */
const FORBIDDEN_FROM: Readonly<Record<AnomalyName, Isolation>> = {
  "garbage-read": "read-committed",
  internal: "read-committed",
  G1a: "read-committed",
  G1b: "read-committed",
  "incompatible-order": "read-committed",
  G0: "read-committed",
  G1c: "read-committed",
  "lost-update": "snapshot-isolation",
  "G-single": "snapshot-isolation",
  "G-nonadjacent": "snapshot-isolation",
  "write-skew": "serializable",
  "G2-item": "serializable",
  "no-order": "serializable",
};

/**
 * Whether transactions over keys were isolated, from what they have read and written.
 *
 * The order of a key's versions is inferred as in Elle (Kingsbury and Alvaro, 2020): of a list from the longest read of it,
 * of a register from transactions that wrote after they had read. Values written to one key must differ, so that a read tells
 * who wrote. Anomalies are cycles of dependencies (Adya, 1999). Without a cycle, an order is looked for that gives what was
 * read: the dependencies' own, or by search, since versions of registers may have no known order; so "serializable" and
 * "strict-serializable" are proved. Weaker isolation means that no anomaly can be inferred.
 *
 * @throws HeddleError `BAD_HISTORY`, `BAD_OPTION`
 */
export function checkSerializable(transactions: readonly Transaction[], options: SerializabilityOptions = {}): Serializability {
  const { isolation = "serializable" } = options;
  if (!ISOLATIONS.includes(isolation)) {
    throw new HeddleError("BAD_OPTION", `isolation is ${JSON.stringify(isolation)}; known are ${ISOLATIONS.join(", ")}`);
  }
  const { dependencies, anomalies: direct, committed } = infer(transactions);
  const strict = isolation === "strict-serializable";
  const graph = new DependencyGraph(strict ? [...dependencies, ...inRealTime(transactions, committed)] : dependencies);
  const forbidden = ({ name }: Anomaly): boolean => ISOLATIONS.indexOf(FORBIDDEN_FROM[name]) <= ISOLATIONS.indexOf(isolation);
  const [gravest, ...others] = [...direct, ...cyclesOf(graph)].filter(forbidden).sort((a, b) => graveness(a) - graveness(b));
  if (gravest !== undefined) {
    return { verdict: `not-${isolation}`, anomalies: [gravest, ...others] };
  }
  if (isolation !== "serializable" && !strict) {
    return { verdict: isolation };
  }
  return findOrder(transactions, committed, graph, isolation, options);
}

const NAMES = Object.keys(FORBIDDEN_FROM);
const graveness = ({ name }: Anomaly): number => NAMES.indexOf(name);

function inRealTime(transactions: readonly Transaction[], committed: readonly number[]): Dependency[] {
  return committed.flatMap((from) => {
    const end = transactions[from]!.returnedAt;
    const later = end === undefined ? [] : committed.filter((to) => (transactions[to]!.calledAt ?? Number.NEGATIVE_INFINITY) > end);
    return later.map((to): Dependency => ({ from, to, type: "real-time" }));
  });
}

function cyclesOf(graph: DependencyGraph): Anomaly[] {
  const is =
    (...types: readonly Dependency["type"][]) =>
    ({ type }: Dependency): boolean =>
      types.includes(type);
  const notBoth = (one: Dependency, other: Dependency): boolean => one.type !== "rw" || other.type !== "rw";
  const found: [AnomalyName, Dependency[] | undefined][] = [
    ["G0", graph.shortestCycle(is("ww"), is("ww", "real-time"))],
    ["G1c", graph.shortestCycle(is("wr"), is("ww", "wr", "real-time"))],
    ["G-single", graph.shortestCycle(is("rw"), is("ww", "wr", "real-time"))],
    ["G-nonadjacent", graph.shortestCycle(is("rw"), is("ww", "wr", "rw", "real-time"), notBoth)],
    ["G2-item", graph.shortestCycle(is("rw"), is("ww", "wr", "rw", "real-time"))],
  ];
  return found.flatMap(([name, cycle]): Anomaly[] => {
    const reads = cycle?.filter(is("rw")).length ?? 0;
    // A cycle of several kinds is named once, by the strictest.
    if (cycle === undefined || ((name === "G-nonadjacent" || name === "G2-item") && reads < 2)) {
      return [];
    }
    const skew = name === "G2-item" && cycle.length === 2 && cycle[0]!.key !== cycle[1]!.key;
    // Told from the transaction that stands first in the list.
    const start = cycle.findIndex(({ from }) => cycle.every((other) => from <= other.from));
    const turned = [...cycle.slice(start), ...cycle.slice(0, start)];
    return [{ name: skew ? "write-skew" : name, transactions: turned.map(({ from }) => from), cycle: turned }];
  });
}

/** Keys with their values, and what a transaction reads on the way. */
const STORE: Model<Readonly<Record<string, unknown>>, Transaction, readonly unknown[]> = {
  initial: {},
  apply: (state, { steps }) => {
    let next = state;
    const reads: unknown[] = [];
    for (const step of steps) {
      const name = structureOf(step.key);
      if (step.type === "read") {
        reads.push(seen(next[name]));
      } else {
        const before = (next[name] ?? []) as unknown[];
        next = { ...next, [name]: step.type === "append" ? [...before, step.value] : step.value };
      }
    }
    return [next, reads];
  },
};

/** An empty list and a register without a value are one. */
const seen = (value: unknown): unknown => (value === null || (Array.isArray(value) && value.length === 0) ? undefined : value);

const readsOf = ({ steps }: Transaction): unknown[] => steps.filter(({ type }) => type === "read").map(({ value }) => seen(value));

function findOrder(
  transactions: readonly Transaction[],
  committed: readonly number[],
  graph: DependencyGraph,
  isolation: Isolation,
  options: BudgetOptions,
): Serializability {
  const order = graph.order(committed);
  let state = STORE.initial as Readonly<Record<string, unknown>>;
  const given = order.every((at) => {
    const [next, reads] = STORE.apply(state, transactions[at]!);
    state = next;
    return structureOf(reads) === structureOf(readsOf(transactions[at]!));
  });
  if (given && order.length === committed.length) {
    return { verdict: isolation, order };
  }
  const strict = isolation === "strict-serializable";
  const operations = committed.map((at) => {
    const { calledAt, returnedAt } = transactions[at]!;
    const times = { calledAt: (strict ? calledAt : undefined) ?? -Number.MAX_VALUE, returnedAt: (strict ? returnedAt : undefined) ?? Number.MAX_VALUE };
    return { task: at, input: transactions[at]!, output: readsOf(transactions[at]!), ...times };
  });
  const found = (strict ? checkLinearizable : checkSequential)(operations, STORE, options);
  if (found.verdict === "unknown") {
    return { verdict: "unknown", bound: found.bound };
  }
  if (found.verdict === "linearizable" || found.verdict === "sequential") {
    return { verdict: isolation, order: found.linearization.map((at) => committed[at]!) };
  }
  return { verdict: `not-${isolation}`, anomalies: [{ name: "no-order", transactions: found.misfits.map(({ operation }) => committed[operation]!), cycle: [] }] };
}
