/**
 * Programs as data: everything that asynchronous JavaScript can be written with, nested at random. `source.ts` writes
 * one out as real code, which is what runs; so a counterexample is a program that can be read and pasted.
 */
import fc from "fast-check";

/** Where a callback goes. */
export type Queue = "microtask" | "tick" | "immediate" | "timer";

/** What a `then` handler comes to. */
export type HandlerResult =
  | { readonly type: "value" }
  | { readonly type: "throw" }
  | { readonly type: "promise"; readonly promise: PromiseExpression };

/** How an async function ends. */
export type Ending = HandlerResult;

export type PromiseExpression =
  | { readonly type: "resolved" }
  | { readonly type: "rejected" }
  /** One of the program's shared promises, settled by a statement elsewhere, or at the latest by the last task. */
  | { readonly type: "slot"; readonly slot: number }
  | { readonly type: "call"; readonly body: readonly Statement[]; readonly ending: Ending }
  | { readonly type: "then"; readonly source: PromiseExpression; readonly handler: HandlerResult; readonly both: boolean }
  | { readonly type: "catch"; readonly source: PromiseExpression; readonly handler: HandlerResult }
  | { readonly type: "finally"; readonly source: PromiseExpression; readonly handler: HandlerResult }
  | {
      readonly type: "combinator";
      readonly name: "all" | "allSettled" | "race" | "any";
      readonly inputs: readonly PromiseExpression[];
    }
  /** `new Promise((resolve) => resolve(inner))`. */
  | { readonly type: "adoption"; readonly inner: PromiseExpression }
  | { readonly type: "later"; readonly queue: Queue; readonly rejects: boolean }
  | { readonly type: "resolvedThenable" }
  /** `Sub.resolve(…)`, with a `then` behind it or not. */
  | { readonly type: "subclass"; readonly chained: boolean };

export type Statement =
  | { readonly type: "log" }
  | { readonly type: "await"; readonly promise: PromiseExpression; readonly guarded: boolean }
  | { readonly type: "awaitPlain" }
  | { readonly type: "awaitThenable" }
  /** Starts something, does something else, and awaits it then. */
  | { readonly type: "overlap"; readonly promise: PromiseExpression; readonly meanwhile: readonly Statement[] }
  | { readonly type: "settle"; readonly slot: number; readonly with: "value" | "error" | "promise" }
  | { readonly type: "callback"; readonly queue: Queue }
  | { readonly type: "generator"; readonly yields: readonly GeneratorItem[]; readonly breaks: boolean }
  | { readonly type: "forAwaitArray"; readonly items: readonly PromiseExpression[] }
  | { readonly type: "tryFinally"; readonly body: readonly Statement[]; readonly after: readonly Statement[] };

export interface GeneratorItem {
  readonly before: readonly Statement[];
  /** `undefined`: yields a plain value. */
  readonly promise: PromiseExpression | undefined;
}

export interface ProgramTree {
  readonly tasks: readonly (readonly Statement[])[];
}

/** Every kind of construct that a program may be made of, by name. */
export const constructs = [
  "resolved", "rejected", "slot", "call", "return promise", "then", "then both", "then returns promise", "catch",
  "finally", "finally returns promise", "all", "allSettled", "race", "any", "adoption", "later microtask", "later tick",
  "later immediate", "later timer", "Promise.resolve(thenable)", "subclass", "subclass then", "await plain",
  "await thenable", "overlap", "settle value", "settle error", "settle promise", "microtask", "tick", "immediate", "timer",
  "generator", "generator yields promise", "generator break", "for await of promises", "try finally",
] as const;

export type Construct = (typeof constructs)[number];

export const SLOTS = 3;

/** Arbitrary programs of 2 to 4 tasks that use the given constructs only. */
export function programs(allowed: readonly Construct[], size = 4): fc.Arbitrary<ProgramTree> {
  const has = (construct: Construct): boolean => allowed.includes(construct);
  const arbitraries = fc.letrec<{ promise: PromiseExpression; statement: Statement; block: readonly Statement[] }>((tie) => {
    const block = tie("block");
    const promise = tie("promise");
    return {
      promise: fc.oneof({ maxDepth: 3, depthSize: "small" }, ...promiseArbitraries(has, promise, block)),
      statement: fc.oneof({ maxDepth: 3, depthSize: "small" }, ...statementArbitraries(has, promise, block)),
      block: fc.array(tie("statement"), { maxLength: 3 }),
    };
  });
  const task = fc.array(arbitraries.statement, { minLength: 1, maxLength: size });
  return fc.record({ tasks: fc.array(task, { minLength: 2, maxLength: 4 }) });
}

type Has = (construct: Construct) => boolean;

function results(mayReturnPromise: boolean, promise: fc.Arbitrary<PromiseExpression>): fc.Arbitrary<HandlerResult> {
  const plain: fc.Arbitrary<HandlerResult> = fc.constantFrom<HandlerResult>({ type: "value" }, { type: "value" }, { type: "throw" });
  if (!mayReturnPromise) return plain;
  return fc.oneof({ maxDepth: 3, depthSize: "small" }, plain, fc.record({ type: fc.constant("promise" as const), promise }));
}

function promiseArbitraries(
  has: Has,
  promise: fc.Arbitrary<PromiseExpression>,
  block: fc.Arbitrary<readonly Statement[]>,
): fc.Arbitrary<PromiseExpression>[] {
  const found: fc.Arbitrary<PromiseExpression>[] = [fc.constant<PromiseExpression>({ type: "resolved" })];
  const add = (when: boolean, arbitrary: fc.Arbitrary<PromiseExpression>): void => {
    if (when) found.push(arbitrary);
  };
  add(has("rejected"), fc.constant<PromiseExpression>({ type: "rejected" }));
  add(has("slot"), fc.record({ type: fc.constant("slot" as const), slot: fc.nat(SLOTS - 1) }));
  for (const queue of ["microtask", "tick", "immediate", "timer"] as const) {
    add(has(`later ${queue}`), fc.record({ type: fc.constant("later" as const), queue: fc.constant(queue), rejects: fc.boolean() }));
  }
  add(has("Promise.resolve(thenable)"), fc.constant<PromiseExpression>({ type: "resolvedThenable" }));
  add(has("subclass"), fc.constant<PromiseExpression>({ type: "subclass", chained: false }));
  add(has("subclass then"), fc.constant<PromiseExpression>({ type: "subclass", chained: true }));
  add(has("call"), fc.record({ type: fc.constant("call" as const), body: block, ending: results(has("return promise"), promise) }));
  const both = has("then both") ? fc.boolean() : fc.constant(false);
  const source = promise;
  add(has("then"), fc.record({ type: fc.constant("then" as const), source, handler: results(has("then returns promise"), promise), both }));
  add(has("catch"), fc.record({ type: fc.constant("catch" as const), source, handler: results(has("then returns promise"), promise) }));
  add(has("finally"), fc.record({ type: fc.constant("finally" as const), source, handler: results(has("finally returns promise"), promise) }));
  for (const name of ["all", "allSettled", "race", "any"] as const) {
    const inputs = fc.array(promise, { minLength: 1, maxLength: 3 });
    add(has(name), fc.record({ type: fc.constant("combinator" as const), name: fc.constant(name), inputs }));
  }
  add(has("adoption"), fc.record({ type: fc.constant("adoption" as const), inner: promise }));
  return found;
}

function statementArbitraries(
  has: Has,
  promise: fc.Arbitrary<PromiseExpression>,
  block: fc.Arbitrary<readonly Statement[]>,
): fc.Arbitrary<Statement>[] {
  const found: fc.Arbitrary<Statement>[] = [
    fc.constant<Statement>({ type: "log" }),
    fc.record({ type: fc.constant("await" as const), promise, guarded: fc.boolean() }),
    fc.record({ type: fc.constant("await" as const), promise, guarded: fc.constant(true) }),
  ];
  const add = (when: boolean, arbitrary: fc.Arbitrary<Statement>): void => {
    if (when) found.push(arbitrary);
  };
  add(has("await plain"), fc.constant<Statement>({ type: "awaitPlain" }));
  add(has("await thenable"), fc.constant<Statement>({ type: "awaitThenable" }));
  add(has("overlap"), fc.record({ type: fc.constant("overlap" as const), promise, meanwhile: block }));
  for (const how of ["value", "error", "promise"] as const) {
    add(has(`settle ${how}`), fc.record({ type: fc.constant("settle" as const), slot: fc.nat(SLOTS - 1), with: fc.constant(how) }));
  }
  for (const queue of ["microtask", "tick", "immediate", "timer"] as const) {
    add(has(queue), fc.constant<Statement>({ type: "callback", queue }));
  }
  const item = fc.record({ before: block, promise: has("generator yields promise") ? fc.option(promise, { nil: undefined }) : fc.constant(undefined) });
  const breaks = has("generator break") ? fc.boolean() : fc.constant(false);
  add(has("generator"), fc.record({ type: fc.constant("generator" as const), yields: fc.array(item, { maxLength: 3 }), breaks }));
  add(has("for await of promises"), fc.record({ type: fc.constant("forAwaitArray" as const), items: fc.array(promise, { maxLength: 3 }) }));
  add(has("try finally"), fc.record({ type: fc.constant("tryFinally" as const), body: block, after: block }));
  return found;
}
