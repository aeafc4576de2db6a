import fc from "fast-check";
import { expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { PendingEvent, Task } from "./event.ts";
import { JoinedLists } from "./joined-lists.ts";

class PlainEvent extends PendingEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("add" as const), list: fc.nat(2), count: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 6, arbitrary: fc.record({ type: fc.constant("take" as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("front" as const), list: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("fewer" as const) }) },
  ),
  { maxLength: 60 },
);

it("are what one would make anew at each step, also where they are kept up to date", law(), () => {
  let longest = 0;
  fc.assert(
    fc.property(steps, (actions) => {
      const task = new Task("main", 1);
      const lists: PendingEvent[][] = [[], [], []];
      const joined = new JoinedLists(lists);
      let parts = 3;
      for (const action of actions) {
        const length = joined.join(parts);
        const all = lists.slice(0, parts).flat();
        expect(joined.all.slice(0, length)).toEqual(all);
        expect(all.every(({ index }) => index > 0)).toBe(true);
        longest = Math.max(longest, length);
        parts = 3;
        if (action.type === "add") {
          for (let added = 0; added < action.count; added += 1) lists[action.list]!.push(new PlainEvent("await", task));
        } else if (action.type === "front") {
          lists[action.list]!.unshift(new PlainEvent("await", task));
          joined.forget();
        } else if (action.type === "fewer") {
          parts = 2;
        } else if (all.length > 0) {
          const event = all[action.at % all.length]!;
          const list = lists.find((one) => one.includes(event))!;
          const place = joined.remove(event, action.at % all.length);
          if (place >= 0) expect(list[place]).toBe(event);
          list.splice(list.indexOf(event), 1);
        }
      }
    }),
    cases(300),
  );
  // Long enough that they were kept.
  expect(longest).toBeGreaterThan(100);
});
