import { expect, test } from "vitest";
import { explore } from "./harness/explore.ts";
import { point } from "./point.ts";
import type { Body } from "./subjects/body-context.ts";

/** Three tasks that read objects of their own and write one in common. @param mark - stands around what is awaited. */
function bodyWith(mark: (promise: Promise<void>) => Promise<void>): Body {
  return ({ spawn, shared }) => {
    const board = shared({ common: 0, one: 0, two: 0, three: 0 }, "board");
    for (const name of ["one", "two", "three"] as const) {
      spawn(name, async () => {
        await mark(Promise.resolve());
        board[name] = 1;
        await mark(Promise.resolve());
        board.common = 1;
        await mark(Promise.resolve());
        board[name] = 2;
      });
    }
  };
}

test("a reducing search sees through marked awaits as it does through others", async () => {
  const options = { order: "latency", strategy: "exhaustive", independence: "declared" } as const;
  const marked = await explore(bodyWith(point), options);
  const plain = await explore(bodyWith((promise) => promise), { ...options, scope: "all" });
  expect([marked.complete, plain.complete]).toEqual([true, true]);
  expect([marked.runs, plain.runs]).toEqual([6, 6]);
});
