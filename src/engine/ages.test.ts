import fc from "fast-check";
import { expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { Ages } from "./ages.ts";
import { PendingEvent, Task } from "./event.ts";
import { Demand, Moments } from "./moments.ts";

class PlainEvent extends PendingEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

const task = new Task("main", 1);

const changes = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant("add" as const), list: fc.nat(1), since: fc.nat(9), moment: fc.nat(5) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant("remove" as const), list: fc.nat(1), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant({ type: "fix" as const }) },
    { weight: 1, arbitrary: fc.constant({ type: "forget" as const }) },
  ),
  { maxLength: 40 },
);

it("are the same whether they are kept, or looked for each time", law(), () => {
  fc.assert(
    fc.property(changes, (all) => {
      const lists: PendingEvent[][] = [[], []];
      const [kept, looked] = [new Ages(lists, 3), new Ages(lists, Number.POSITIVE_INFINITY)];
      const moments = new Moments();
      kept.moments = looked.moments = moments;
      for (let added = 0; added < 5; added += 1) moments.add(0, 0, new Demand(0, 0), 1000);
      for (const change of all) {
        if (change.type === "add") {
          const event = Object.assign(new PlainEvent("await", task), { since: change.since, moment: change.moment });
          for (const ages of [kept, looked]) ages.add(event);
          lists[change.list]!.push(event);
        } else if (change.type === "remove") {
          const list = lists[change.list]!;
          const [event] = list.splice(change.at % (list.length || 1), 1);
          if (event !== undefined) for (const ages of [kept, looked]) ages.remove(event);
        } else if (change.type === "forget") {
          kept.forget();
        } else if (moments.open > 0) {
          const fixed = moments.fixOldest();
          for (const ages of [kept, looked]) ages.fix(fixed);
        }
        const shown = (ages: Ages): unknown => [ages.earliest(8), ages.hasOpen, ages.oldest().toSorted((one, other) => one.moment - other.moment)];
        expect(shown(kept)).toEqual(shown(looked));
      }
    }),
    cases(1000),
  );
});
