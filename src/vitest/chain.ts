import type { TestAPI, TestContext } from "vitest";
import { HeddleError, type ExploreOptions } from "../index.ts";
import { captureStack } from "../host/stack.ts";
import { isPrintableLine, printable } from "../values/printable.ts";
import { raceArguments } from "./arguments.ts";
import type { RequestedBody } from "./body-context.ts";
import { showLinesOfSuite } from "./green-lines.ts";
import { linearizableRequest, propertyRequest, type PropertyRequest } from "./property.ts";
import { runRace } from "./run.ts";
import type { RaceFunction } from "./types.ts";

/** vitest's `test`, or a link of its chain (`test.only`): what a race is registered with. */
type Link<Extra> = TestAPI<Extra>["skip"];

/** What the links of the chain before this one have said. */
interface Marks {
  readonly fails: boolean;
  readonly todo: boolean;
  readonly property: PropertyRequest | undefined;
}

const UNMARKED: Marks = { fails: false, todo: false, property: undefined };

type AnyBody = (context: never, ...values: unknown[]) => unknown;

/** Makes `test.race` of a `test`: its links hand on to the links of the same name. */
export function raceOf<Extra>(link: Link<Extra>, marks: Marks = UNMARKED): RaceFunction<Extra> {
  const race = function (title: unknown, second?: unknown, third?: unknown): void {
    const registration = new Registration(title, second, third, marks, race);
    const { body } = registration;
    if (body === undefined) {
      link(registration.title, registration.options);
    } else {
      const handler = registration.handler([]);
      link(registration.title, registration.options, looksLike(handler, body.toString()));
    }
  };
  const links: Record<string, () => unknown> = {
    only: () => raceOf(link.only, marks),
    skip: () => raceOf(link.skip, marks),
    todo: () => raceOf(link.todo, { ...marks, todo: true }),
    // Not vitest's own, which takes any error for the one that is wanted.
    fails: () => raceOf(link, { ...marks, fails: true }),
    concurrent: refuseConcurrent,
    skipIf: () => (condition: unknown) => (condition ? raceOf(link.skip, marks) : self),
    runIf: () => (condition: unknown) => (condition ? self : raceOf(link.skip, marks)),
    each: () => each(link, marks),
    linearizable: () => (title: unknown, specification: unknown, options?: unknown) =>
      raceOf(link, { ...marks, property: linearizableRequest(specification, options) })(title as string, () => undefined),
    prop: () => (arbitraries: unknown, options?: unknown) => raceOf(link, { ...marks, property: propertyRequest(arbitraries, options) }),
  };
  for (const [name, get] of Object.entries(links)) Object.defineProperty(race, name, { get });
  const self = race as unknown as RaceFunction<Extra>;
  return self;
}

function refuseConcurrent(): never {
  throw new HeddleError(
    "UNSUPPORTED",
    "test.race.concurrent is not to be had: a race has this thread's one clock and its promises to itself, so nothing can run beside it; use test.race (what shall be concurrent are the tasks inside its body)",
  );
}

function each<Extra>(link: Link<Extra>, marks: Marks): Function {
  const ofCases = (first: unknown, ...values: readonly unknown[]): Function => {
    // `each` hands no context on; `for` does, and makes the same titles.
    const cases = link.for(first as TemplateStringsArray, ...values);
    const isSpread = Array.isArray(first) && !("raw" in first) && first.every(Array.isArray);
    const race = (title: unknown, second?: unknown, third?: unknown): void => {
      const registration = new Registration(title, second, third, marks, race);
      const { body } = registration;
      const handler = (value: unknown, context: TestContext): Promise<void> => registration.handler(isSpread ? (value as unknown[]) : [value])(context);
      // vitest looks into the second parameter for the fixtures that are wanted; a race's context is the first.
      cases(registration.title, registration.options, looksLike(handler, (body ?? handler).toString().replace("(", "(_case, ")));
    };
    return race;
  };
  return ofCases;
}

/** A function whose text is that of another: vitest reads from it which fixtures a test wants. */
function looksLike<Handler extends Function>(handler: Handler, text: string): Handler {
  Object.defineProperty(handler, "toString", { value: () => text });
  return handler;
}

/** vitest prints the names of tests as they are. */
function printableTitle(title: string | Function): string | Function {
  if (typeof title === "string") return printable(title);
  return isPrintableLine(title.name) ? title : printable(title.name);
}

class Registration {
  readonly title: string | Function;
  readonly body: AnyBody | undefined;
  private readonly given: ReturnType<typeof raceArguments<AnyBody>>;
  private readonly fails: boolean;
  private readonly property: PropertyRequest | undefined;
  private readonly place: { readonly stack?: string };

  constructor(title: unknown, second: unknown, third: unknown, marks: Marks, above: Function) {
    this.given = raceArguments<AnyBody>(title, second, third, marks.todo);
    this.title = printableTitle(this.given.title);
    this.body = this.given.body;
    this.fails = this.given.fails || marks.fails;
    this.property = marks.property;
    this.place = captureStack(above);
    if (this.body !== undefined) showLinesOfSuite();
  }

  /** For vitest: retries of its configuration would be in vain, and a concurrent suite's races run alone. */
  get options(): { concurrent: false; retry: 0; repeats: 0 } {
    return { ...this.property?.test, ...this.given.test, concurrent: false, retry: 0, repeats: 0 };
  }

  /** The function of the test, or of one of its cases. */
  handler(values: readonly unknown[]): (context: TestContext) => Promise<void> {
    const { body, fails, place, property } = this;
    const explore: ExploreOptions = { ...property?.explore, ...this.given.explore };
    const quiet = this.given.quiet || property?.quiet === true;
    const called: RequestedBody = (context, generated) => body!(context as never, ...generated, ...values);
    return (context) => runRace({ body: called, explore, fails, quiet, place, property }, context);
  }
}
