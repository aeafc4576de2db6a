import { HeddleError } from "../engine/errors.ts";
import { beginsWith, Growth } from "./growth.ts";
import type { AnyModel } from "./model.ts";
import type { Operation } from "./operation.ts";
import { PairTable } from "./pair-table.ts";
import { Numbering, structureOf } from "./structure.ts";

/** `step`: the operation cannot have answered so in this state. */
export const REFUSED = -1;

/** How many steps are looked at for a state that `apply` has changed: the first ones, and one of as many after that. */
const SAMPLED_STEPS = 64;

type Outcome<State, Output> = readonly [state: State, output: Output];

/**
 * The operations that have one input and one output are a class, and the search steps by classes: a state, a class and
 * the next state are numbers.
 */
export interface OperationClass<Input, Output> {
  readonly input: Input;
  /** The number of the input. */
  readonly inputNumber: number;
  readonly output: Output | undefined;
  /** False: the outcome is unknown. */
  readonly returned: boolean;
}

/**
 * The model as a table of steps, filled as the search asks (a memo of steps), with states interned. A nondeterministic
 * model becomes deterministic by the powerset construction, as in porcupine: its state is the set of all that the states
 * may be, given the outputs so far.
 */
export class Specification<State, Input, Output> {
  readonly classes: readonly OperationClass<Input, Output>[];
  /** By position in the operations that were given. */
  readonly classOf: Int32Array;
  readonly initial: number;
  readonly nondeterministic: boolean;
  /** What is seen of how the object grows. */
  readonly growth: Growth;
  /**
   * By input: 1 where it has left every state alone that was seen so far, whatever the output. Such an operation is a
   * read. Nobody declares it: each state is tried when it is first seen.
   */
  readonly reads: Uint8Array;
  /** The search has relied on an input being a read which a later state showed to be none. It has to start again. */
  refuted = false;
  private readonly reliedUpon: Uint8Array;
  private readonly model: AnyModel<State, Input, Output>;
  private readonly inputs: Input[] = [];
  private readonly states: State[] = [];
  private readonly numbering: Numbering = new Numbering();
  private readonly buckets: Map<number | string, number[]> = new Map();
  /** Sets of states, by their number; unused where the model is deterministic. */
  private readonly sets: (readonly number[])[] = [];
  private readonly setNumbers: Map<string, number> = new Map();
  /** What reads answer, by input and state. */
  private readonly views: unknown[][] = [];
  private readonly steps: PairTable = new PairTable();
  private applied = 0;

  constructor(model: AnyModel<State, Input, Output>, partition: unknown, operations: readonly Operation<Input, Output>[]) {
    this.model = model;
    const classes: OperationClass<Input, Output>[] = [];
    const inputNumbers = new Numbering();
    const classNumbers = new Numbering();
    const outputNumbers = new Numbering();
    this.classOf = Int32Array.from(operations, ({ input, output, returnedAt }) => {
      const inputNumber = inputNumbers.of(input);
      if (inputNumber === this.inputs.length) {
        this.inputs.push(input);
      }
      const returned = returnedAt !== undefined;
      const number = classNumbers.of(`${inputNumber}>${returned ? outputNumbers.of(output) : "?"}`);
      if (number === classes.length) {
        classes.push({ input, inputNumber, output, returned });
      }
      return number;
    });
    this.classes = classes;
    this.reads = new Uint8Array(this.inputs.length).fill(1);
    this.reliedUpon = new Uint8Array(this.inputs.length);
    this.nondeterministic = "applyAny" in model;
    this.growth = new Growth(this, this.inputs.length);
    const { initial } = model;
    const first = this.intern(typeof initial === "function" ? (initial as (partition: unknown) => State)(partition) : initial);
    this.initial = "applyAny" in model ? this.setNumber([first]) : first;
  }

  /** The state after an operation of a class, or `REFUSED`. Where the outcome is unknown, every output is allowed. */
  step(state: number, operationClass: number): number {
    const known = this.steps.get(state, operationClass);
    if (known !== undefined) {
      return known;
    }
    const next = "applyAny" in this.model ? this.stepSet(state, operationClass) : this.stepOne(state, operationClass);
    this.steps.add(state, operationClass, next);
    return next;
  }

  /** What the model says that an operation of a class answers in a state. */
  expected(state: number, operationClass: number): readonly Output[] {
    const { input } = this.classes[operationClass]!;
    const states = "applyAny" in this.model ? this.sets[state]! : [state];
    return states.flatMap((one) => this.outcomes(this.states[one]!, input).map(([, output]) => output));
  }

  get stateCount(): number {
    return this.states.length;
  }

  /** What a read answers in a state. */
  view(read: number, state: number): unknown {
    const views = (this.views[read] ??= []);
    if (!(state in views)) {
      views[state] = this.outcomes(this.states[state]!, this.inputs[read]!)[0]![1];
    }
    return views[state];
  }

  /** What a read answers after an operation in a state. */
  viewAfter(read: number, input: number, state: number): unknown {
    const [next] = this.outcomes(this.states[state]!, this.inputs[input]!)[0]!;
    return this.outcomes(next, this.inputs[read]!)[0]![1];
  }

  /**
   * How near a state is to one in which a read gives its output, as far as that can be guessed: texts and lists grow, so
   * one that the output begins with is near, the nearer the longer. It decides only what is tried first.
   */
  nearness(state: number, operationClass: number): number {
    const { inputNumber, output } = this.classes[operationClass]!;
    if (this.nondeterministic) {
      return 0;
    }
    const view = this.view(inputNumber, state);
    const begins = beginsWith(output, view);
    return begins === undefined ? Number(output === view) : begins ? (view as string | unknown[]).length : -1;
  }

  /** The search takes it that an input is a read. */
  relyOn(inputNumber: number): void {
    this.reliedUpon[inputNumber] = 1;
  }

  private stepOne(state: number, operationClass: number): number {
    const one = this.classes[operationClass]!;
    const outcome = this.outcomes(this.states[state]!, one.input)[0]!;
    return this.allows(one, outcome[1]) ? this.intern(outcome[0]) : REFUSED;
  }

  private stepSet(state: number, operationClass: number): number {
    const one = this.classes[operationClass]!;
    const next = new Set<number>();
    for (const from of this.sets[state]!) {
      for (const [to, output] of this.outcomes(this.states[from]!, one.input)) {
        if (this.allows(one, output)) {
          next.add(this.intern(to));
        }
      }
    }
    return next.size === 0 ? REFUSED : this.setNumber([...next].sort((a, b) => a - b));
  }

  private setNumber(set: readonly number[]): number {
    const key = set.join();
    let number = this.setNumbers.get(key);
    if (number === undefined) {
      number = this.sets.push(set) - 1;
      this.setNumbers.set(key, number);
    }
    return number;
  }

  private allows({ returned, output, input }: OperationClass<Input, Output>, expected: Output): boolean {
    if (!returned) {
      return true;
    }
    if (this.model.accepts !== undefined) {
      return this.model.accepts(output as Output, expected, input);
    }
    return sameStructure(output, expected);
  }

  private outcomes(state: State, input: Input): readonly Outcome<State, Output>[] {
    this.applied += 1;
    const sampled = typeof state === "object" && (this.applied <= SAMPLED_STEPS || this.applied % SAMPLED_STEPS === 0);
    const before = sampled ? structureOf(state) : "";
    const outcomes = this.call(state, input);
    if (sampled && structureOf(state) !== before) {
      throw new HeddleError("BAD_MODEL", `the model changed the state it was given, at input ${brief(input)}: return a new state instead`);
    }
    return outcomes;
  }

  private call(state: State, input: Input): readonly Outcome<State, Output>[] {
    let outcomes: readonly unknown[];
    try {
      outcomes = "applyAny" in this.model ? [...this.model.applyAny(state, input)] : [this.model.apply(state, input)];
    } catch (cause) {
      throw new HeddleError("BAD_MODEL", `the model threw at input ${brief(input)}: it has to answer any input in any state`, { cause });
    }
    if (outcomes.every((outcome) => Array.isArray(outcome) && (outcome.length === 1 || outcome.length === 2))) {
      return outcomes as readonly Outcome<State, Output>[];
    }
    throw new HeddleError("BAD_MODEL", `the model did not return [state, output] at input ${brief(input)}`);
  }

  private intern(state: State): number {
    const number = this.numbering.of(state);
    if (number < this.states.length) {
      return number;
    }
    const same = this.equalState(state);
    if (same !== undefined) {
      this.numbering.merge(state, same);
      return same;
    }
    this.states.push(state);
    this.tryReads(state);
    return number;
  }

  /** A state of another structure that the model takes for the same. */
  private equalState(state: State): number | undefined {
    const { equal, hash } = this.model;
    if (equal === undefined) {
      return undefined;
    }
    const key = hash?.(state) ?? 0;
    const bucket = this.buckets.get(key);
    if (bucket === undefined) {
      this.buckets.set(key, [this.states.length]);
      return undefined;
    }
    const same = bucket.find((one) => equal(this.states[one]!, state));
    if (same === undefined) {
      bucket.push(this.states.length);
    }
    return same;
  }

  private tryReads(state: State): void {
    for (let input = 0; input < this.inputs.length; input += 1) {
      if (this.reads[input] === 1 && !this.outcomes(state, this.inputs[input]!).every(([next]) => this.sameState(next, state))) {
        this.reads[input] = 0;
        this.refuted ||= this.reliedUpon[input] === 1;
      }
    }
  }

  private sameState(one: State, other: State): boolean {
    return sameStructure(one, other) || this.model.equal?.(one, other) === true;
  }
}

function sameStructure(one: unknown, other: unknown): boolean {
  if (one === other) {
    return true;
  }
  return typeof one === typeof other && (typeof one === "object" || one !== one) && structureOf(one) === structureOf(other);
}

/** An input in a message. */
function brief(input: unknown): string {
  const text = structureOf(input);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
