import seedrandom from "seedrandom";
import {
  compareAndSetModel,
  counterModel,
  mutexModel,
  queueModel,
  registerModel,
  stackModel,
  type Model,
  type Operation,
} from "../../src/histories/index.ts";

/** A model with the operations that random histories use. */
interface Subject {
  readonly name: string;
  readonly model: Model<unknown> & { readonly initial: unknown };
  readonly inputs: readonly unknown[];
}

const subject = <State, Input, Output>(name: string, model: Model<State, Input, Output>, inputs: readonly Input[]): Subject => ({
  name,
  model: model as unknown as Subject["model"],
  inputs,
});

export const SUBJECTS: readonly Subject[] = [
  subject("register", registerModel<number>(0), [{ type: "read" }, { type: "read" }, { type: "write", value: 1 }, { type: "write", value: 2 }]),
  subject("compare-and-set register", compareAndSetModel<number>(0), [
    { type: "read" },
    { type: "write", value: 1 },
    { type: "compare-and-set", expected: 0, value: 1 },
    { type: "compare-and-set", expected: 1, value: 2 },
    { type: "compare-and-set", expected: 2, value: 0 },
  ]),
  subject("queue", queueModel<number>(), [{ type: "add", item: 1 }, { type: "add", item: 2 }, { type: "remove" }, { type: "remove" }]),
  subject("stack", stackModel<number>(), [{ type: "add", item: 1 }, { type: "add", item: 2 }, { type: "remove" }, { type: "remove" }]),
  subject("counter", counterModel(), [{ type: "read" }, { type: "add" }, { type: "add", by: 2, answers: true }]),
  subject("mutex", mutexModel(), [{ type: "acquire" }, { type: "release" }]),
  subject<string, string, string | undefined>(
    "text that grows, and is cut off at six letters",
    {
      initial: "",
      apply: (state, input) => {
        if (input === "read") {
          return [state, state];
        }
        return [input.length > 1 ? input.slice(0, 1) : state.length > 5 ? "" : state + input, undefined];
      },
    },
    ["a", "b", "c", "read", "read", "x!"],
  ),
  // An operation that looks like a read until the state is another one.
  subject<number, string, string | number>("latch", { initial: 0, apply: (state, input) => (input === "arm" ? [state === 1 ? 2 : state, "ok"] : [1, state]) }, ["arm", "set"]),
];

/** A random history: what operations answer is what a real object gave, and in half of the histories some answers are others. */
export function randomHistory(subjectIndex: number, seed: number): Operation[] {
  const { model, inputs } = SUBJECTS[subjectIndex]!;
  const random = seedrandom.alea(`${subjectIndex}:${seed}`);
  const below = (bound: number): number => Math.floor(random() * bound);
  const tasks = 2 + below(3);
  const operations: { task: number; input: unknown; output: unknown; calledAt: number; returnedAt: number; effect: number }[] = [];
  const whole = random() < 0.4;
  for (let task = 0; task < tasks; task += 1) {
    let time = below(4);
    for (let count = 1 + below(3); count > 0 && operations.length < 8; count -= 1) {
      const calledAt = time;
      const returnedAt = calledAt + (whole ? below(4) : random() * 6);
      operations.push({ task, input: inputs[below(inputs.length)], output: undefined, calledAt, returnedAt, effect: calledAt + random() * (returnedAt - calledAt) });
      time = returnedAt + (whole ? below(2) : random() * 2);
    }
  }
  let state = model.initial;
  for (const operation of [...operations].sort((a, b) => a.effect - b.effect)) {
    const lost = random() < 0.1;
    const [next, output] = model.apply(state, operation.input);
    operation.output = output;
    state = lost ? state : next;
  }
  const wrong = random() < 0.3 ? below(operations.length) : -1;
  return operations.map(({ task, input, output, calledAt, returnedAt }, at) => {
    const answer = at === wrong ? operations[below(operations.length)]!.output : output;
    return random() < 0.12 ? { task, input, calledAt } : { task, input, output: answer, calledAt, returnedAt };
  });
}
