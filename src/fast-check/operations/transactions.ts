import { HeddleError } from "../../engine/errors.ts";
import { checkSerializable, type Anomaly, type Isolation, type Serializability } from "../../histories/serializable.ts";
import type { Transaction, TransactionStep } from "../../histories/transactions.ts";
import type { History } from "./recorded-run.ts";
import { showCall } from "./operations-program.ts";
import type { Result } from "./result.ts";

const MEANING: Readonly<Record<string, string>> = {
  G0: "write cycle",
  G1a: "aborted read",
  G1b: "intermediate read",
  G1c: "circular information flow",
  "lost-update": "lost update",
  "G-single": "read skew",
  "write-skew": "write skew",
  "G2-item": "anti-dependency cycle",
};

const EDGES = { ww: "wrote before", wr: "was read by", rw: "read what was then overwritten by", "real-time": "had ended before" } as const;

/** Judges a history whose operations are transactions: what each returned are its steps. */
export function checkTransactions(history: History, isolation: Isolation): Serializability {
  return checkSerializable(history.map(transactionOf), { isolation });
}

function transactionOf({ input, output, calledAt, returnedAt }: History[number]): Transaction {
  const times = { calledAt, returnedAt };
  if (returnedAt === undefined) return { steps: [], status: "unknown", ...times };
  return "threw" in output! ? { steps: [], status: "aborted", ...times } : { steps: stepsOf(showCall(input), output!), status: "committed", ...times };
}

function stepsOf(call: string, output: Result): readonly TransactionStep[] {
  const steps = "returned" in output ? output.returned : undefined;
  if (Array.isArray(steps)) return steps as readonly TransactionStep[];
  throw new HeddleError("BAD_OPTION", `${call} returned no list of steps: with this consistency each operation is a transaction, and its \`run\` returns what it read and wrote, [{ type: "read", key: "x", value: 1 }, { type: "write", key: "x", value: 2 }]`);
}

/** The gravest anomaly in a line, and its cycle. */
export function tellAnomaly(history: History, [anomaly]: readonly [Anomaly, ...Anomaly[]]): string {
  const { name, cycle, transactions, key } = anomaly;
  const who = (at: number): string => `${showCall(history[at]!.input)} of ${String(history[at]!.task)}`;
  const meaning = MEANING[name];
  const title = meaning === undefined || meaning === name ? name : meaning.replaceAll(" ", "-") === name ? meaning : `${meaning} (${name})`;
  const on = key === undefined ? "" : ` on ${JSON.stringify(key)}`;
  const steps = cycle.map(({ from, to, type, key: edgeKey }) => `${who(from)} ${EDGES[type]} ${who(to)}${edgeKey === undefined ? "" : ` (${JSON.stringify(edgeKey)})`}`);
  return `${title}${on}: ${steps.length > 0 ? steps.join("; ") : transactions.map(who).join(", ")}`;
}
