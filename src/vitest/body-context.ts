import { expect, type ExpectStatic, type TestContext } from "vitest";
import type { BodyContext } from "../index.ts";
import { installExpecting } from "./expecting.ts";
import type { RaceContext } from "./types.ts";

/** A body as it was registered, and the values that a property has generated for it; none for any other race. */
export type RequestedBody = (context: RaceContext, generated: readonly unknown[]) => unknown;

/** Of a function's own properties (vitest's context is a function), these are not the context's. */
const FUNCTION_OWN: ReadonlySet<PropertyKey> = new Set(["length", "name", "prototype", "arguments", "caller"]);

/**
 * Puts vitest's test context beneath heddle's, and makes each execution start with vitest's expectations as they were
 * at the start of the test: each is the test's only one as far as `expect.assertions(n)` and snapshots are concerned.
 */
export class BodyInVitest {
  private readonly body: RequestedBody;
  private readonly members: readonly (readonly [string, PropertyDescriptor])[];
  private readonly taskId: string;
  private readonly states: Expectations[] = [];
  private local: ExpectStatic | undefined;

  constructor(body: RequestedBody, context: TestContext) {
    this.body = body;
    this.taskId = context.task.id;
    this.members = this.membersOf(context);
    this.states.push(new Expectations(expect));
    installExpecting(expect);
  }

  readonly run = (own: BodyContext, ...generated: readonly unknown[]): unknown => {
    for (const state of this.states) state.reset(this.taskId);
    for (const [key, descriptor] of this.members) {
      if (!(key in own)) Object.defineProperty(own, key, descriptor);
    }
    return this.body(own as RaceContext, generated);
  };

  private membersOf(context: TestContext): [string, PropertyDescriptor][] {
    const members = Object.entries(Object.getOwnPropertyDescriptors(context)).filter(([key]) => !FUNCTION_OWN.has(key) && key !== "expect");
    // vitest looks at the counts of the one `expect` or of the other, by whether this one was ever asked for.
    return [...members, ["expect", { configurable: true, enumerable: true, get: () => this.localExpect(context) }]];
  }

  private localExpect(context: TestContext): ExpectStatic {
    if (this.local === undefined) {
      this.local = context.expect;
      installExpecting(this.local);
      this.states.push(new Expectations(this.local));
    }
    return this.local;
  }
}

/** What one `expect` counts, and how it stood at the start. */
class Expectations {
  private readonly expect: ExpectStatic;
  private readonly start: Parameters<ExpectStatic["setState"]>[0];

  constructor(counting: ExpectStatic) {
    this.expect = counting;
    const { assertionCalls, isExpectingAssertions, isExpectingAssertionsError, expectedAssertionsNumber, expectedAssertionsNumberErrorGen } =
      counting.getState();
    const start = { assertionCalls, isExpectingAssertions, isExpectingAssertionsError, expectedAssertionsNumber, expectedAssertionsNumberErrorGen };
    this.start = start as typeof this.start;
  }

  reset(taskId: string): void {
    this.expect.setState(this.start);
    // As vitest does before it tries a test again: or the 1,000th execution's snapshot would be the 1,000th of the test.
    this.expect.getState().snapshotState?.clearTest?.(taskId);
  }
}
