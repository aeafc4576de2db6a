import { placeOf, type RacePlace } from "../../harness/race-identity.ts";
import { captureStack } from "../../host/stack.ts";
import type { BodyContext } from "../../subjects/body-context.ts";
import type { InputSubject } from "../property-check.ts";
import { checkOptions, type RacePropertyOptions } from "../property-options.ts";
import { CheckedProperty, type RaceProperty } from "../race-property.ts";
import { Judgement } from "./judgement.ts";
import { showProgram, type OperationsProgram } from "./operations-program.ts";
import { programs } from "./program-arbitrary.ts";
import { RecordedRun } from "./recorded-run.ts";
import { checkSpecification, type AnySpecification, type CheckedSpecification, type LinearizableSpecification, type Operations } from "./specification.ts";

/**
 * A property of a shared object: however its operations overlap, what they come to is what they would come to one after
 * another, in some order (Herlihy and Wing, Linearizability, 1990).
 *
 * Programs are generated: some operations in order, then two or more tasks side by side, then operations that look at the
 * state. Each program is run under many schedules, and each history is judged. Without a `model` the subject is its own
 * specification: results, errors, and what `observe` sees must be those of the same operations on a fresh subject, one
 * after another. That takes executions of its own, one for nearly all histories, which `runs` does not count.
 *
 * An operation that never returns is no failure where it would wait too if it were called alone in the state that the
 * others have led to (an empty queue); else it is a deadlock. With a model every one is.
 *
 * A failure shrinks to fewer operations first, then to smaller arguments, then to fewer deviations.
 *
 * @throws HeddleError `BAD_OPTION` naming what is missing or wrong.
 *
 * @example
 * ```ts
 * const key = fc.constantFrom("a", "b");
 * await fc.assert(linearizable({ create: () => new Store(), operations: { get: [key], set: [key, fc.nat()] } }));
 * ```
 */
export function linearizable<Subject, State, Own extends Operations>(
  specification: LinearizableSpecification<Subject, State, Own>,
  options: RacePropertyOptions = {},
): RaceProperty<[OperationsProgram]> {
  const place = placeOf(captureStack(linearizable));
  return linearizableProperty(specification as unknown as AnySpecification, options, place) as unknown as RaceProperty<[OperationsProgram]>;
}

export function linearizableProperty(given: AnySpecification, options: RacePropertyOptions, place?: RacePlace): CheckedProperty {
  const specification = checkSpecification(given);
  return new CheckedProperty([programs(specification)], ([program]) => subjectOf(specification, program as OperationsProgram), checkOptions(options), place);
}

function subjectOf(specification: CheckedSpecification, program: OperationsProgram): InputSubject {
  const judgement = new Judgement(specification);
  let last = new RecordedRun(specification);
  return {
    body: (context: BodyContext, own: unknown) => {
      last = new RecordedRun(specification);
      return last.program(context, own as OperationsProgram);
    },
    text: () => showProgram(program),
    judgeOutcome: (outcome) => judgement.judge(outcome, last.history),
    unjudged: () => judgement.unknown,
  };
}
