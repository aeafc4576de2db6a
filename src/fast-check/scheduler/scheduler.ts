import * as fc from "fast-check";
import { directly } from "./held-task.ts";
import { HeldScheduler } from "./held-scheduler.ts";
import { ListedOrdering, PlannedOrdering, smallerPlans, type Plan } from "./ordering.ts";
import { Patience } from "./stall.ts";

class SchedulerArbitrary<Metadata> extends fc.Arbitrary<fc.Scheduler<Metadata>> {
  private readonly act: fc.SchedulerConstraints["act"];
  private readonly patience: Patience = new Patience();

  constructor(act: fc.SchedulerConstraints["act"]) {
    super();
    this.act = act;
  }

  override generate(random: fc.Random): fc.Value<fc.Scheduler<Metadata>> {
    return this.planned({ drawnFrom: random.nextInt(-0x8000_0000, 0x7fff_ffff) });
  }

  override canShrinkWithoutContext(value: unknown): value is fc.Scheduler<Metadata> {
    return value instanceof HeldScheduler && value.ordering instanceof PlannedOrdering;
  }

  override shrink(value: fc.Scheduler<Metadata>): fc.Stream<fc.Value<fc.Scheduler<Metadata>>> {
    if (!(value instanceof HeldScheduler) || !(value.ordering instanceof PlannedOrdering)) return fc.Stream.nil();
    return smallerPlans(value.ordering.plan).map((plan) => this.planned(plan));
  }

  private planned(plan: Plan): fc.Value<fc.Scheduler<Metadata>> {
    return new fc.Value(new HeldScheduler<Metadata>(this.act, new PlannedOrdering(plan), this.patience), undefined);
  }
}

/**
 * An arbitrary for schedulers: a drop-in replacement for fast-check's. The code under test is given promises that the
 * scheduler holds, and a `wait…` of the scheduler releases them in an order that is drawn.
 *
 * A failure shrinks to the fewest releases that are out of order, and fast-check's `seed` and `path` bring back the very
 * same one; so does the `schedulerFor` that the report prints. In the body of a `raceProperty` each release is an event
 * of heddle's, beside the awaits, timers and I/O of the body, and `HEDDLE_SEED` replays it.
 *
 * A wait that can never end rejects with a `DeadlockError` which says which tasks were released and what is open.
 *
 * @param constraints - `act`: runs around each release, as React's `act`.
 *
 * @example
 * ```ts
 * await fc.assert(
 *   fc.asyncProperty(scheduler(), async (s) => {
 *     const search = new Search(s.scheduleFunction(fetchResults));
 *     search.type("a");
 *     search.type("ab");
 *     await s.waitIdle();
 *     expect(search.shown).toBe("results of ab");
 *   }),
 * );
 * ```
 */
export function scheduler<Metadata = unknown>(constraints?: fc.SchedulerConstraints): fc.Arbitrary<fc.Scheduler<Metadata>> {
  return new SchedulerArbitrary<Metadata>(constraints?.act ?? directly);
}

/**
 * A scheduler that releases its tasks in a given order: as a list of their numbers, or as the template that a failure of
 * `scheduler()` prints.
 *
 * @throws Error from the waits of the scheduler: "Invalid schedulerFor defined: …", where the task that comes next is not
 *   held, or more are to be released than are listed.
 *
 * @example
 * ```ts
 * const s = schedulerFor()`
 *   -> [task${2}] function::fetchResults("ab") resolved
 *   -> [task${1}] function::fetchResults("a") resolved`;
 * ```
 */
export function schedulerFor<Metadata = unknown>(constraints?: fc.SchedulerConstraints): (strings: TemplateStringsArray, ...ordering: number[]) => fc.Scheduler<Metadata>;
export function schedulerFor<Metadata = unknown>(customOrdering: number[], constraints?: fc.SchedulerConstraints): fc.Scheduler<Metadata>;
export function schedulerFor<Metadata = unknown>(
  first?: number[] | fc.SchedulerConstraints,
  second?: fc.SchedulerConstraints,
): fc.Scheduler<Metadata> | ((strings: TemplateStringsArray, ...ordering: number[]) => fc.Scheduler<Metadata>) {
  const listed = (ordering: readonly number[], constraints?: fc.SchedulerConstraints): fc.Scheduler<Metadata> =>
    new HeldScheduler<Metadata>(constraints?.act ?? directly, new ListedOrdering(ordering), new Patience());
  return Array.isArray(first) ? listed(first, second) : (_strings, ...ordering) => listed(ordering, first);
}
