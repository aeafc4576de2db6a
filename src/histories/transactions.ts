import { HeddleError } from "../engine/errors.ts";
import { structureOf } from "./structure.ts";

/**
 * One step of a transaction. A key is a register (`"write"` replaces its value) or a list (`"append"` adds to its end),
 * never both. A read of a register gives its value, `undefined` or `null` before the first write; of a list, all of it.
 */
export type TransactionStep =
  | { readonly type: "read"; readonly key: string | number; readonly value?: unknown }
  | { readonly type: "write" | "append"; readonly key: string | number; readonly value: unknown };

/** A transaction as it was recorded. */
export interface Transaction {
  readonly steps: readonly TransactionStep[];
  /** By default `"committed"`. `"unknown"`: it counts as committed if somebody has read what it wrote. */
  readonly status?: "committed" | "aborted" | "unknown" | undefined;
  /** When it began and ended, for strict serializability. */
  readonly calledAt?: number | undefined;
  readonly returnedAt?: number | undefined;
}

/**
 * Why one transaction comes before another (Adya, Weak consistency, 1999): it wrote the version before the other's
 * (`"ww"`), wrote what the other read (`"wr"`), or read a version that the other replaced (`"rw"`); or it had ended
 * when the other began (`"real-time"`).
 */
export interface Dependency {
  /** Positions in the list of transactions. */
  readonly from: number;
  readonly to: number;
  readonly type: "ww" | "wr" | "rw" | "real-time";
  readonly key?: string | number;
}

/** What is wrong without any cycle. */
export interface DirectAnomaly {
  readonly name: "garbage-read" | "internal" | "G1a" | "G1b" | "incompatible-order" | "lost-update";
  readonly transactions: readonly number[];
  readonly key: string | number;
  readonly cycle: readonly Dependency[];
}

interface Write {
  readonly by: number;
  /** Whether its transaction writes no later value to the key. */
  readonly last: boolean;
  readonly value: unknown;
}

/** What is known of one key. */
interface KeyFacts {
  readonly list: boolean;
  readonly writes: Map<string, Write>;
  /** Reads of what others wrote: who, and which version; `INITIAL` for none. For a list: the last item. */
  readonly reads: { by: number; version: string; value: unknown }[];
}

const INITIAL = "initial";

/** What can be concluded from the values that were read. */
export interface Inference {
  readonly dependencies: readonly Dependency[];
  readonly anomalies: readonly DirectAnomaly[];
  /** The transactions that count. */
  readonly committed: readonly number[];
}

function bad(index: number, problem: string): HeddleError {
  return new HeddleError("BAD_HISTORY", `transaction ${index} ${problem}`);
}

/** @throws HeddleError `BAD_HISTORY`: two writes of one value to a key, a key that is a register and a list, bad shapes */
export function infer(transactions: readonly Transaction[]): Inference {
  const facts = collectWrites(transactions);
  const anomalies: DirectAnomaly[] = [];
  const observed = new Set<number>();
  const counts = (at: number): boolean => (transactions[at]!.status ?? "committed") === "committed" || observed.has(at);
  const readers = [...transactions.keys()].filter(counts);
  for (let at = readers.pop(); at !== undefined; at = readers.pop()) {
    for (const by of writersRead(transactions[at]!, facts)) {
      if (transactions[by]!.status === "unknown" && !observed.has(by)) {
        observed.add(by);
        readers.push(by);
      }
    }
  }
  const committed = [...transactions.keys()].filter(counts);
  for (const at of committed) {
    collectReads(at, transactions, facts, anomalies);
  }
  const dependencies: Dependency[] = [];
  for (const [key, fact] of facts) {
    const order = fact.list ? listOrder(key, fact, anomalies) : registerOrder(fact, transactions, key, anomalies);
    connect(key, fact, order, counts, dependencies);
  }
  return { dependencies, anomalies, committed };
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** All versions that a read shows to be there: the items of a list, or one value. */
const versionsIn = (value: unknown): string[] => (isEmpty(value) ? [] : [structureOf(value), ...(Array.isArray(value) ? value.map(structureOf) : [])]);

/** Who wrote what a transaction has read. */
function writersRead({ steps }: Transaction, facts: ReadonlyMap<string | number, KeyFacts>): number[] {
  const reads = steps.filter(({ type }) => type === "read");
  const writes = reads.flatMap(({ key, value }) => versionsIn(value).map((version) => facts.get(key)!.writes.get(version)));
  return writes.flatMap((write) => (write === undefined ? [] : [write.by]));
}

function collectWrites(transactions: readonly Transaction[]): Map<string | number, KeyFacts> {
  const facts = new Map<string | number, KeyFacts>();
  if (!Array.isArray(transactions)) {
    throw new HeddleError("BAD_HISTORY", "the transactions are no list: give an array of { steps }");
  }
  const lists = new Set(transactions.flatMap(({ steps }) => (Array.isArray(steps) ? steps.filter(({ type }) => type === "append").map(({ key }) => key) : [])));
  for (const [at, { steps }] of transactions.entries()) {
    if (!Array.isArray(steps)) {
      throw bad(at, "has no steps: give { steps: [{ type, key, value }] }");
    }
    for (const [index, step] of (steps as readonly TransactionStep[]).entries()) {
      if (!["read", "write", "append"].includes(step.type)) {
        throw bad(at, `has a step of type ${step.type}; known are "read", "write" and "append"`);
      }
      const { key, value, type } = step;
      const list = lists.has(key);
      const fact = facts.get(key) ?? { list, writes: new Map<string, Write>(), reads: [] };
      facts.set(key, fact);
      if (type === "read") {
        if (list && !isEmpty(value) && !Array.isArray(value)) {
          throw bad(at, `reads ${structureOf(value)} from the list ${key}: give all of the list`);
        }
        continue;
      }
      if (type === "write" && list) {
        throw bad(at, `writes to ${key}, which is a list: a key is a register or a list, never both`);
      }
      const version = structureOf(value);
      const other = fact.writes.get(version);
      if (other !== undefined || isEmpty(value)) {
        throw bad(at, `writes ${version} to ${key}${other === undefined ? ", which is what stands there at first" : `, as transaction ${other.by} does`}: values written to a key must differ, so that a read tells who wrote`);
      }
      const last = !steps.slice(index + 1).some((later) => later.type !== "read" && later.key === key);
      fact.writes.set(version, { by: at, last, value });
    }
  }
  return facts;
}

/** Looks at what a transaction has read, its own writes put aside. */
function collectReads(at: number, transactions: readonly Transaction[], facts: ReadonlyMap<string | number, KeyFacts>, anomalies: DirectAnomaly[]): void {
  const own = new Map<string | number, unknown[]>();
  for (const step of transactions[at]!.steps) {
    const { key, value, type } = step;
    const { list, writes, reads } = facts.get(key)!;
    const mine = own.get(key) ?? [];
    if (type !== "read") {
      own.set(key, list ? [...mine, value] : [value]);
      continue;
    }
    const items = list ? ((value ?? []) as unknown[]) : isEmpty(value) ? [] : [value];
    const rest = items.slice(0, items.length - mine.length);
    const ending = items.slice(rest.length);
    if (mine.length > 0 && structureOf(ending) !== structureOf(mine)) {
      anomalies.push({ name: "internal", transactions: [at], key, cycle: [] });
      continue;
    }
    if (mine.length > 0 && !list) {
      continue;
    }
    for (const [position, item] of rest.entries()) {
      const write = writes.get(structureOf(item));
      const status = write === undefined ? undefined : transactions[write.by]!.status;
      if (write === undefined || (write.by === at && !own.has(key))) {
        anomalies.push({ name: "garbage-read", transactions: [at], key, cycle: [] });
      } else if (status === "aborted") {
        anomalies.push({ name: "G1a", transactions: [write.by, at], key, cycle: [] });
      } else if (!write.last && write.by !== at && position === rest.length - 1) {
        anomalies.push({ name: "G1b", transactions: [write.by, at], key, cycle: [] });
      }
    }
    reads.push({ by: at, version: rest.length === 0 ? INITIAL : structureOf(rest.at(-1)), value: rest });
  }
}

/** Whether a version comes before another one, as far as that is known. */
type Before = (one: string, other: string) => boolean;

/** A list tells the order of all that is in it (Kingsbury and Alvaro, Elle, 2020); what nobody has seen comes later. */
function listOrder(key: string | number, { writes, reads }: KeyFacts, anomalies: DirectAnomaly[]): Before {
  const longest = reads.reduce<{ by: number; value: unknown }>((best, read) => ((read.value as unknown[]).length > (best.value as unknown[]).length ? read : best), { by: -1, value: [] });
  const order = (longest.value as unknown[]).map(structureOf);
  for (const { by, value } of reads) {
    if ((value as unknown[]).some((item, at) => structureOf(item) !== order[at])) {
      anomalies.push({ name: "incompatible-order", transactions: [by, longest.by], key, cycle: [] });
    }
  }
  const places = new Map(order.map((version, at) => [version, at]));
  const placeOf = (version: string): number => (version === INITIAL ? -1 : (places.get(version) ?? (writes.has(version) ? order.length : -1)));
  return (one, other) => placeOf(one) < placeOf(other);
}

/** A register's versions are ordered where a transaction wrote one after it had read another. */
function registerOrder({ writes, reads }: KeyFacts, transactions: readonly Transaction[], key: string | number, anomalies: DirectAnomaly[]): Before {
  const later = new Map<string, Set<string>>();
  const updates = new Map<string, number[]>();
  for (const { by, version } of reads) {
    const written = [...writes].filter(([, write]) => write.by === by).map(([name]) => name);
    const next = written.filter((name) => name !== version);
    const steps = transactions[by]!.steps.filter((step) => step.key === key);
    if (next.length > 0 && steps[0]!.type === "read") {
      later.set(version, new Set([...(later.get(version) ?? []), ...next]));
      updates.set(version, [...new Set([...(updates.get(version) ?? []), by])]);
    }
  }
  for (const updaters of updates.values()) {
    if (updaters.length > 1) {
      const [one, other] = updaters as [number, number];
      anomalies.push({
        name: "lost-update",
        transactions: [one, other],
        key,
        cycle: [
          { from: one, to: other, type: "rw", key },
          { from: other, to: one, type: "rw", key },
        ],
      });
    }
  }
  const reach = new Map<string, Set<string>>();
  const reachable = (from: string): Set<string> => {
    const known = reach.get(from);
    if (known !== undefined) {
      return known;
    }
    const found = new Set<string>();
    const open = [...(later.get(from) ?? [])];
    for (let version = open.pop(); version !== undefined; version = open.pop()) {
      if (!found.has(version)) {
        found.add(version);
        open.push(...(later.get(version) ?? []));
      }
    }
    reach.set(from, found);
    return found;
  };
  return (one, other) => one !== other && (one === INITIAL || reachable(one).has(other));
}

function connect(key: string | number, { writes, reads }: KeyFacts, before: Before, counts: (at: number) => boolean, dependencies: Dependency[]): void {
  const add = (from: number, to: number, type: Dependency["type"]): void => {
    if (from !== to) {
      dependencies.push({ from, to, type, key });
    }
  };
  const versions = [...writes].filter(([, { by }]) => counts(by));
  for (const [one, write] of versions) {
    for (const [other, { by }] of versions) {
      if (before(one, other)) {
        add(write.by, by, "ww");
      }
    }
  }
  for (const { by, version } of reads) {
    const write = writes.get(version);
    if (write !== undefined && counts(write.by)) {
      add(write.by, by, "wr");
    }
    for (const [other, later] of versions) {
      if (before(version, other)) {
        add(by, later.by, "rw");
      }
    }
  }
}
