/** Random timelines, as wild as the model allows. */
import fc from "fast-check";
import type { EventKind } from "../engine/event.ts";
import type { Note, Site, StepDeviation, Timeline, TimelineStep, Waiter } from "./timeline.ts";

const kinds: readonly EventKind[] = [
  "await", "then", "microtask", "tick", "timer", "interval", "immediate", "request", "completion", "message", "outside",
];

/** Names, values and lines with everything in them that a program under test may have. */
export const wildText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "db.save", "wallet", "50", "") },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.constantFrom("\u001b[31mred\u001b[0m", "two\nlines", "x".repeat(500), "漢字".repeat(80), "👩‍👩‍👧".repeat(40)) },
);

const site: fc.Arbitrary<Site> = fc.record({
  file: fc.oneof(fc.constantFrom("/app/src/wallet.ts", "/app/a.ts", `/app/${"deep/".repeat(40)}b.ts`, "file:///x%"), wildText),
  line: fc.nat({ max: 200 }),
  column: fc.nat({ max: 200 }),
  functionName: fc.option(wildText, { nil: undefined }),
});

const maybeSite = fc.option(site, { nil: undefined });
const member = { object: fc.constantFrom("wallet", "b", "[]"), key: fc.oneof(fc.constantFrom("balance", "0"), wildText) };

const note: fc.Arbitrary<Note> = fc.oneof(
  fc.record({ type: fc.constant("read"), ...member, value: wildText, site: maybeSite }) as fc.Arbitrary<Note>,
  fc.record({ type: fc.constant("write"), ...member, value: wildText, previous: wildText, site: maybeSite }) as fc.Arbitrary<Note>,
  fc.record({ type: fc.constant("request"), name: wildText, value: wildText }) as fc.Arbitrary<Note>,
  fc.record({ type: fc.constant("answer"), name: wildText, value: wildText, failed: fc.boolean() }) as fc.Arbitrary<Note>,
  fc.record({ type: fc.constant("log"), text: wildText }) as fc.Arbitrary<Note>,
);

interface StepChoice {
  readonly kind: EventKind;
  readonly label: string | undefined;
  readonly task: number;
  readonly site: Site | undefined;
  readonly notes: readonly Note[];
  readonly other: { readonly ahead: number; readonly kind: "skip" | "starve"; readonly site: Site | undefined } | undefined;
}

const stepChoice: fc.Arbitrary<StepChoice> = fc.record({
  kind: fc.constantFrom(...kinds),
  label: fc.option(wildText, { nil: undefined }),
  task: fc.nat({ max: 1000 }),
  site: maybeSite,
  notes: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(note, { maxLength: 12 }) }),
  other: fc.option(
    fc.record({ ahead: fc.integer({ min: 1, max: 5 }), kind: fc.constantFrom("skip" as const, "starve" as const), site: maybeSite }),
    { nil: undefined, freq: 3 },
  ),
});

function build(names: readonly string[], choices: readonly StepChoice[], waiting: readonly Waiter[], leaks: readonly string[]): Timeline {
  const taskOf = (choice: StepChoice | undefined): number => (choice?.task ?? 0) % names.length;
  const steps = choices.map((choice, index): TimelineStep => {
    const deviation = choice.other && deviationOf(choice.other, index, taskOf(choices[index + choice.other.ahead]));
    const event = `e#${index}`;
    const { kind, label, site: at, notes } = choice;
    const legal = deviation === undefined ? [event] : [deviation.insteadOf, event];
    return { index, event, kind, label, task: taskOf(choice), site: at, atMs: index, notes, legal, deviation };
  });
  const tasks = names.map((name, index) => ({ path: index === 0 ? "main" : `main.${index}`, name }));
  const waiters = waiting.map((waiter) => ({ ...waiter, task: waiter.task % names.length }));
  return { version: 1, order: "latency", tasks, steps, waiting: waiters, leaks };
}

function deviationOf(other: NonNullable<StepChoice["other"]>, index: number, insteadOfTask: number): StepDeviation {
  return { kind: other.kind, insteadOf: `e#${index + other.ahead}`, insteadOfTask, insteadOfSite: other.site };
}

const waiter: fc.Arbitrary<Waiter> = fc.record({
  task: fc.nat({ max: 1000 }),
  kind: fc.constantFrom(...kinds),
  site: maybeSite,
  waitsFor: wildText,
});

/** Any timeline: up to 14 tasks and some hundred steps. */
export const timelines: fc.Arbitrary<Timeline> = fc
  .tuple(
    fc.array(wildText, { minLength: 1, maxLength: 14 }),
    fc.array(stepChoice, { maxLength: 120, size: "max" }),
    fc.array(waiter, { maxLength: 12 }),
    fc.array(wildText, { maxLength: 8 }),
  )
  .map(([names, choices, waiting, leaks]) => build(names, choices, waiting, leaks));
