/**
 * The reactions of one promise run in the order in which they were registered (ECMA-262, NewPromiseReactionJob; Promises/A+
 * 2.2.6), under `latency` too: what is late is the promise, for all of them. Generated programs register reactions of all
 * kinds on shared promises, before and after these settle; natively their I/O takes a real and random time.
 */
import fc from "fast-check";
import { explore, type OrderName } from "heddle";
import { describe, expect, it } from "vitest";
import { cases, draw, law } from "./support/cases.ts";
import { freshGlobals } from "./support/runs.ts";

/** Reactions on the promise itself: in the user's code, and in a package's, which runs as JavaScript has it. */
const DIRECT = ["await", "then", "catch", "finally", "foreign await", "foreign then", "foreign finally"] as const;
/** What waits for the promise by way of another one. */
const INDIRECT = ["all", "allSettled", "race", "any", "resolve", "return", "foreign all", "foreign return"] as const;
type Form = (typeof DIRECT)[number] | (typeof INDIRECT)[number];
const isDirect = (form: string): boolean => (DIRECT as readonly string[]).includes(form);
type Statement =
  | { readonly type: "react"; readonly promise: number; readonly form: Form }
  | { readonly type: "io" | "turn" | "immediate" }
  | { readonly type: "settle"; readonly promise: number };

interface Program {
  /** Of each promise: whether it is rejected, and whether it is settled from the start. */
  readonly promises: readonly { readonly rejects: boolean; readonly isSettled: boolean }[];
  readonly tasks: readonly (readonly Statement[])[];
}

const PROMISES = 2;

const statementsWith = (forms: readonly Form[]): fc.Arbitrary<Statement> => fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("react" as const), promise: fc.nat(PROMISES - 1), form: fc.constantFrom<Form>(...forms) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("io" as const, "turn" as const, "immediate" as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("settle" as const), promise: fc.nat(PROMISES - 1) }) },
);

const programsWith = (forms: readonly Form[]): fc.Arbitrary<Program> => fc.record({
  promises: fc.array(fc.record({ rejects: fc.boolean(), isSettled: fc.boolean() }), { minLength: PROMISES, maxLength: PROMISES }),
  tasks: fc.array(fc.array(statementsWith(forms), { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 }),
});

const programs = programsWith(["await", "then", "catch", "finally"]);
const everyForm = programsWith([...DIRECT, ...INDIRECT]);

/** Code that stands in a package. */
// oxlint-disable-next-line no-implied-eval -- code needs a file name in a package to be taken for one.
const foreign = new Function(`return {
  async awaits(promise, run) { try { await promise; } catch {} run(); },
  thens: (promise, run) => promise.then(run, run),
  finishes: (promise, run) => promise.finally(run).catch(() => {}),
  all: (promise, run) => Promise.all([promise]).then(run, run),
  returns: (promise, run) => (async () => promise)().then(run, run),
};
//# sourceURL=file:///generated/node_modules/library/index.js`)() as Record<"awaits" | "thens" | "finishes" | "all" | "returns", (promise: Promise<unknown>, run: () => void) => Promise<unknown>>;

interface Played {
  /** What ran, in its order. */
  readonly line: string;
  /** Of each promise: its reactions as they were registered, and as they ran. */
  readonly registered: readonly (readonly string[])[];
  readonly ran: readonly (readonly string[])[];
}

async function awaits(promise: Promise<unknown>, run: () => void): Promise<void> {
  try {
    await promise;
  } catch {
    // Rejected: it comes here all the same.
  }
  run();
}

function started(promise: Promise<unknown>, form: Form, run: () => void, rejects: boolean): Promise<unknown> {
  switch (form) {
    case "await":
      return awaits(promise, run);
    case "then":
      return promise.then(run, run);
    case "catch":
      return rejects ? promise.catch(run) : promise.then(run).catch(() => undefined);
    case "finally":
      return promise.finally(run).catch(() => undefined);
    case "resolve":
      return new Promise((resolve) => resolve(promise)).then(run, run);
    case "return":
      return (async () => promise)().then(run, run);
    case "foreign await":
      return foreign.awaits(promise, run);
    case "foreign then":
      return foreign.thens(promise, run);
    case "foreign finally":
      return foreign.finishes(promise, run);
    case "foreign all":
      return foreign.all(promise, run);
    case "foreign return":
      return foreign.returns(promise, run);
    default:
      return (Promise[form] as (inputs: readonly unknown[]) => Promise<unknown>).call(Promise, [promise]).then(run, run);
  }
}

async function play({ promises, tasks }: Program, io: () => Promise<unknown>): Promise<Played> {
  const line: string[] = [];
  const [registered, ran] = [promises.map((): string[] => []), promises.map((): string[] => [])];
  const settle: (() => void)[] = [];
  const shared = promises.map(({ rejects, isSettled }, index) => {
    const promise = new Promise<void>((resolve, reject) => settle.push(rejects ? () => reject(new Error("rejected")) : resolve));
    if (isSettled) settle[index]!();
    return promise;
  });
  const open: Promise<unknown>[] = [];
  const react = (which: number, name: string, form: Form): void => {
    const promise = shared[which]!;
    registered[which]!.push(name);
    const run = (): void => {
      ran[which]!.push(name);
      line.push(name);
    };
    open.push(started(promise, form, run, promises[which]!.rejects));
  };
  const task = async (own: readonly Statement[], path: number): Promise<void> => {
    for (const [index, statement] of own.entries()) {
      if (statement.type === "react") react(statement.promise, `${path}.${index} ${statement.form}`, statement.form);
      else if (statement.type === "settle") settle[statement.promise]!();
      else if (statement.type === "io") await io();
      else if (statement.type === "turn") await Promise.resolve();
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };
  for (const promise of shared) promise.catch(() => undefined);
  await Promise.all(tasks.map(task));
  for (const finish of settle) finish();
  for (let index = 0; index < open.length; index += 1) await open[index];
  return { line: line.join(" "), registered, ran };
}

async function explored(program: Program, order: OrderName, runs: number): Promise<{ readonly complete: boolean; readonly played: readonly Played[] }> {
  freshGlobals();
  const played: Played[] = [];
  const { complete, failure } = await explore(async ({ io }) => void played.push(await play(program, io("load"))), { order, runs, leaks: "ignore" });
  expect(failure?.error, JSON.stringify(program)).toBeUndefined();
  return { complete, played };
}

/** What has run before a reaction on the promise itself that was registered earlier. */
function overtaken({ registered, ran }: Played): string[] {
  return registered.flatMap((names, which) =>
    names.flatMap((name, at) => {
      const [, form] = /^\S+ (.*)$/.exec(name)!;
      if (!isDirect(form!)) return [];
      return names.slice(at + 1).filter((later) => ran[which]!.indexOf(later) < ran[which]!.indexOf(name)).map((later) => `${later} before ${name}`);
    }),
  );
}

const natively = (program: Program): Promise<Played> => play(program, () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4)));

describe("reactions of one promise", () => {
  it("are never swapped under latency, nor in Node", law(120_000), async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        for (const { registered, ran } of [await natively(program), ...(await explored(program, "latency", 12)).played]) expect(ran).toEqual(registered);
      }),
      cases(120),
    );
  });

  it("come before all that waits for the promise since, by whatever way and in whosever code", law(120_000), async () => {
    await fc.assert(
      fc.asyncProperty(everyForm, async (program) => {
        for (const played of [await natively(program), ...(await explored(program, "latency", 12)).played]) expect(overtaken(played), JSON.stringify(program)).toEqual([]);
      }),
      cases(100),
    );
  });

  it("come under latency in every order that Node gives them, with I/O of real and random latency", law(120_000), async () => {
    let held = 0;
    for (const program of draw(programs, 60)) {
      const { complete, played } = await explored(program, "latency", 400);
      if (!complete) continue;
      held += 1;
      const reached = new Set(played.map(({ line }) => line));
      for (const { line } of await Promise.all(Array.from({ length: 5 }, () => natively(program)))) expect(reached, JSON.stringify(program)).toContain(line);
    }
    // Else nothing was held against anything.
    expect(held).toBeGreaterThan(4);
  });

  it("are swapped under chaos: the law can be broken", async () => {
    let broken = 0;
    for (const program of draw(programs, 30)) {
      const { played } = await explored(program, "chaos", 30);
      if (played.some(({ registered, ran }) => JSON.stringify(ran) !== JSON.stringify(registered))) broken += 1;
    }
    expect(broken).toBeGreaterThan(5);
  });
});
