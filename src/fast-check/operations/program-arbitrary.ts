import * as fc from "fast-check";
import type { Call, OperationsProgram } from "./operations-program.ts";
import type { CheckedOperation, CheckedSpecification } from "./specification.ts";

const LEAST_TASKS = 2;
/** Calls of a program in which all pairs are tried. */
const MOST_PAIRED = 10;

type CallValue = fc.Value<Call>;

/** A program whose calls still know how to shrink. */
interface Parts {
  readonly before: readonly CallValue[];
  readonly tasks: readonly (readonly CallValue[])[];
  readonly after: readonly CallValue[];
}

/** Programs that call the operations of a specification. */
export function programs(specification: CheckedSpecification): fc.Arbitrary<OperationsProgram> {
  return new ProgramArbitrary(specification);
}

/**
 * fast-check's own arrays shrink from their beginning. Here any task and any call may go, and goes before an argument is
 * made smaller: what is left are the calls that the failure needs.
 */
class ProgramArbitrary extends fc.Arbitrary<OperationsProgram> {
  private readonly call: fc.Arbitrary<Call>;
  private readonly size: CheckedSpecification["size"];

  constructor({ operations, size }: CheckedSpecification) {
    super();
    this.call = fc.oneof(...[...operations].map(([name, operation]) => callsOf(name, operation)));
    this.size = size;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<OperationsProgram> {
    const calls = (least: number, most: number): CallValue[] =>
      Array.from({ length: random.nextInt(least, most) }, () => this.call.generate(random, biasFactor));
    const { before, tasks, operations, after } = this.size;
    const first = calls(0, before);
    const beside = Array.from({ length: random.nextInt(LEAST_TASKS, tasks) }, () => calls(1, operations));
    return whole({ before: first, tasks: beside, after: calls(0, after) });
  }

  canShrinkWithoutContext(value: unknown): value is OperationsProgram {
    const { before, tasks, after } = (value ?? {}) as Partial<OperationsProgram>;
    return Array.isArray(before) && Array.isArray(tasks) && tasks.every(Array.isArray) && Array.isArray(after);
  }

  shrink(program: OperationsProgram, context: unknown): fc.Stream<fc.Value<OperationsProgram>> {
    const parts = (context as Parts | undefined) ?? partsOf(program);
    return fc.stream(this.smaller(parts)).map(whole);
  }

  private *smaller(parts: Parts): IterableIterator<Parts> {
    const { before, tasks, after } = parts;
    if (before.length > 1) yield { ...parts, before: [] };
    if (after.length > 1) yield { ...parts, after: [] };
    if (tasks.length > LEAST_TASKS) for (const at of tasks.keys()) yield { ...parts, tasks: without(tasks, at) };
    for (const at of before.keys()) yield { ...parts, before: without(before, at) };
    for (const at of after.keys()) yield { ...parts, after: without(after, at) };
    for (const [index, calls] of tasks.entries()) {
      if (calls.length > 1) for (const at of calls.keys()) yield { ...parts, tasks: withOther(tasks, index, without(calls, at)) };
    }
    yield* this.withoutTwo(parts);
    // Calls that need not overlap stand before the tasks, or behind them.
    for (const [index, calls] of tasks.entries()) {
      if (calls.length === 1 && tasks.length > LEAST_TASKS) {
        yield { before, tasks: without(tasks, index), after: [...calls, ...after] };
        yield { before: [...before, ...calls], tasks: without(tasks, index), after };
      }
      if (calls.length < 2) continue;
      yield { before, tasks: withOther(tasks, index, calls.slice(0, -1)), after: [calls.at(-1)!, ...after] };
      yield { before: [...before, calls[0]!], tasks: withOther(tasks, index, calls.slice(1)), after };
    }
    for (const calls of this.withSmallerCall(before)) yield { ...parts, before: calls };
    for (const [index, calls] of tasks.entries()) for (const smaller of this.withSmallerCall(calls)) yield { ...parts, tasks: withOther(tasks, index, smaller) };
    for (const calls of this.withSmallerCall(after)) yield { ...parts, after: calls };
  }

  /** Two calls that only go together, as what is put and what is taken. */
  private *withoutTwo(parts: Parts): IterableIterator<Parts> {
    const all = [...parts.before, ...parts.tasks.flat(), ...parts.after];
    if (all.length > MOST_PAIRED) return;
    for (const [index, first] of all.entries()) {
      for (const second of all.slice(index + 1)) {
        const left = (calls: readonly CallValue[]): CallValue[] => calls.filter((call) => call !== first && call !== second);
        const tasks = parts.tasks.map(left).filter((calls) => calls.length > 0);
        if (tasks.length >= LEAST_TASKS) yield { before: left(parts.before), tasks, after: left(parts.after) };
      }
    }
  }

  private *withSmallerCall(calls: readonly CallValue[]): IterableIterator<readonly CallValue[]> {
    for (const [at, call] of calls.entries()) {
      if (call.context === undefined && !this.call.canShrinkWithoutContext(call.value_)) continue;
      for (const smaller of this.call.shrink(call.value_, call.context)) yield withOther(calls, at, smaller);
    }
  }
}

function callsOf(operation: string, { arguments: args }: CheckedOperation): fc.Arbitrary<Call> {
  return fc.record({ operation: fc.constant(operation), arguments: fc.tuple(...(args as fc.Arbitrary<unknown>[])) }, { noNullPrototype: true });
}

function whole(parts: Parts): fc.Value<OperationsProgram> {
  const values = (calls: readonly CallValue[]): Call[] => calls.map(({ value }) => value);
  return new fc.Value({ before: values(parts.before), tasks: parts.tasks.map(values), after: values(parts.after) }, parts);
}

/** Of a program that somebody has written down. */
function partsOf({ before, tasks, after }: OperationsProgram): Parts {
  const values = (calls: readonly Call[]): CallValue[] => calls.map((call) => new fc.Value(call, undefined));
  return { before: values(before), tasks: tasks.map(values), after: values(after) };
}

function without<Item>(items: readonly Item[], at: number): readonly Item[] {
  return items.filter((_item, index) => index !== at);
}

function withOther<Item>(items: readonly Item[], at: number, item: Item): readonly Item[] {
  return items.map((own, index) => (index === at ? item : own));
}
