import fc from "fast-check";
import { expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { returnChoices, takeChoices } from "./choices.ts";

it("what one execution has chosen stays as it was, whatever later ones choose", law(), () => {
  const execution = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 50 })), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(execution, { maxLength: 8 }), (executions) => {
      const outcomes = executions.map((chosen) => {
        const choices = takeChoices();
        for (const [decision, index] of chosen) choices.add(decision, index);
        return returnChoices(choices);
      });
      expect(outcomes).toEqual(executions.map((chosen) => chosen.flat()));
    }),
    cases(),
  );
});

it("two executions at once have a list each", () => {
  const [one, other] = [takeChoices(), takeChoices()];
  one.add(0, 1);
  other.add(5, 2);
  one.add(3, 4);
  expect([returnChoices(one), returnChoices(other)]).toEqual([[0, 1, 3, 4], [5, 2]]);
});
