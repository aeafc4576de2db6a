import { HeddleError } from "../engine/errors.ts";
import { byProgram, byQuiescence, byRealTime, type Arrangement } from "./arrangement.ts";
import { Budget, type BudgetOptions } from "./budget.ts";
import { programOrder, type Operation } from "./operation.ts";
import { structureOf } from "./structure.ts";
import type { Misfit, Ordered, Undecided, Unordered } from "./verdict.ts";

/**
 * A specification that has no state to look at: runs operations one after another on a fresh subject, and gives their
 * outputs in that order. It must give the same outputs for the same operations.
 */
export type SequentialRun<Input, Output> = (
  inputs: readonly Input[],
  /** Their positions in the list of operations. */
  positions: readonly number[],
) => Promise<readonly Output[]> | readonly Output[];

export interface ReplayingOptions<Output> extends BudgetOptions {
  /** By default `"linearizable"`. */
  readonly consistency?: "linearizable" | "sequential" | "quiescent" | undefined;
  /** Whether an output that was recorded is what the specification says. By default: equal by structure. */
  readonly accepts?: ((output: Output | undefined, expected: Output) => boolean) | undefined;
}

/** What was found so far of the longest order that plays. */
interface Longest {
  progress: number;
  prefix: readonly number[];
  readonly expected: Map<number, Map<string, unknown>>;
}

/**
 * Whether some order of the operations gives the outputs that were recorded, where the specification can only be run
 * from the beginning, as when it is the subject itself, used sequentially. States cannot be compared, so each order is
 * run: this is for short histories, of a dozen operations or so. An order is run whole; at the first output that is
 * another one, all orders that begin alike are done with.
 *
 * `configurations` counts the runs. Partitions are not known here.
 *
 * @throws HeddleError `BAD_HISTORY`, `BAD_OPTION`; `BAD_MODEL` where a run gives more or fewer outputs than operations.
 * What a run throws is thrown.
 */
export async function checkReplaying<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  run: SequentialRun<Input, Output>,
  options: ReplayingOptions<Output> = {},
): Promise<Ordered<"consistent"> | Unordered<"not-consistent", Output> | Undecided> {
  const before = programOrder(operations);
  const { consistency = "linearizable", accepts = (output, expected) => structureOf(output) === structureOf(expected) } = options;
  const all = [...operations.keys()];
  const arrange = { linearizable: byRealTime, sequential: byProgram, quiescent: byQuiescence }[consistency];
  if (arrange === undefined) {
    throw new HeddleError("BAD_OPTION", `consistency is ${JSON.stringify(consistency)}; known are linearizable, sequential and quiescent`);
  }
  const budget = new Budget(options);
  const orders = new Orders(arrange(operations, all, before));
  const longest: Longest = { progress: -1, prefix: [], expected: new Map() };
  let runs = 0;
  for (let order = orders.next(0); order !== undefined; ) {
    const positions = order;
    const bound = budget.exhausted(runs);
    if (bound !== undefined) {
      return { verdict: "unknown", bound, configurations: runs };
    }
    // One run after another: each decides what the next one is.
    // oxlint-disable-next-line no-await-in-loop
    const outputs = await run(positions.map((at) => operations[at]!.input), positions);
    runs += 1;
    if (outputs.length !== positions.length) {
      throw new HeddleError("BAD_MODEL", `the specification gave ${outputs.length} outputs for ${positions.length} operations`);
    }
    const wrong = positions.findIndex((at, place) => operations[at]!.returnedAt !== undefined && !accepts(operations[at]!.output, outputs[place]!));
    if (wrong < 0) {
      return { verdict: "consistent", linearization: positions, configurations: runs };
    }
    note(longest, orders.progressOf(positions.slice(0, wrong)), positions.slice(0, wrong), positions[wrong]!, outputs[wrong]);
    order = orders.next(wrong + 1);
  }
  const blocking = orders.blocking(longest.prefix);
  const misfits = blocking.map((operation): Misfit<Output> => ({ operation, expected: [...(longest.expected.get(operation)?.values() ?? [])] as Output[] }));
  return { verdict: "not-consistent", prefix: longest.prefix, misfits, configurations: runs };
}

function note(longest: Longest, progress: number, prefix: readonly number[], operation: number, output: unknown): void {
  if (progress < longest.progress) {
    return;
  }
  if (progress > longest.progress) {
    longest.progress = progress;
    longest.expected.clear();
  }
  if (prefix.length > longest.prefix.length || longest.expected.size === 0) {
    longest.prefix = prefix;
  }
  const outputs = longest.expected.get(operation) ?? new Map<string, unknown>();
  longest.expected.set(operation, outputs.set(structureOf(output), output));
}

/** All orders that an arrangement allows, depth first. */
class Orders {
  private readonly arrangement: Arrangement;
  private readonly order: number[] = [];
  /** What else is to be tried at each place, the best last. */
  private readonly choices: number[][] = [];

  constructor(arrangement: Arrangement) {
    this.arrangement = arrangement;
  }

  /**
   * The next order that differs from the last one among its first places, or `undefined`.
   *
   * @param kept how many first places the last order has that are wrong together; 0 where there was none
   */
  next(kept: number): readonly number[] | undefined {
    if (kept > 0) {
      this.order.length = kept;
      this.choices.length = kept;
      do {
        this.order.pop();
        const choice = this.choices.at(-1)!.pop();
        if (choice !== undefined) {
          this.order.push(choice);
          break;
        }
        this.choices.pop();
      } while (this.order.length > 0);
      if (this.order.length === 0) {
        return undefined;
      }
    }
    for (let choices = this.candidates(); choices.length > 0; choices = this.candidates()) {
      this.order.push(choices.pop()!);
      this.choices.push(choices);
    }
    return [...this.order];
  }

  /** How far an order comes: how many operations have returned before the first that is missing did. */
  progressOf(order: readonly number[]): number {
    const { byReturn, returned, timeless } = this.arrangement;
    const done = new Set(order);
    if (timeless) {
      return returned.filter((at) => done.has(at)).length;
    }
    const missing = byReturn.findIndex((number) => !done.has(returned[number]!));
    return missing < 0 ? byReturn.length : missing;
  }

  /** The operations that an order could not go on with. */
  blocking(order: readonly number[]): number[] {
    const { byReturn, returned, timeless } = this.arrangement;
    const done = new Set(order);
    const missing = [...byReturn].filter((number) => !done.has(returned[number]!));
    return (timeless ? missing.filter((number) => this.isFree(number, done)) : missing.slice(0, 1)).map((number) => returned[number]!);
  }

  /** What may come next, the best last: what returned first is; operations of unknown outcome are tried after all others. */
  private candidates(): number[] {
    const { byReturn, returned, pending, called, pendingCalled, pendingAfter } = this.arrangement;
    const done = new Set(this.order);
    const rank = byReturn.findIndex((number) => !done.has(returned[number]!));
    if (rank < 0) {
      return [];
    }
    const next = [...byReturn].filter((number) => number < called[rank]! && !done.has(returned[number]!) && this.isFree(number, done));
    const open = [...pending.keys()].filter((number) => number < pendingCalled[rank]! && !done.has(pending[number]!));
    const free = open.filter((number) => pendingAfter[number]! < 0 || done.has(returned[pendingAfter[number]!]!));
    return [...free.map((number) => pending[number]!).reverse(), ...next.map((number) => returned[number]!).reverse()];
  }

  private isFree(number: number, done: ReadonlySet<number>): boolean {
    const after = this.arrangement.after[number]!;
    return after < 0 || done.has(this.arrangement.returned[after]!);
  }
}
