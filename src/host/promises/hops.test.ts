import { expect, test } from "vitest";
import { explore, type Body } from "heddle";
import { control } from "../control.ts";

/** Whether it is kept what has caused what, in the last step of a body. */
async function keepsCauses(body: Body): Promise<boolean> {
  let keeps = false;
  const { failure } = await explore(
    async (context) => {
      await body(context);
      keeps = control.execution!.pending.hasHops;
    },
    { order: "latency", runs: 1, corpus: false },
  );
  expect(failure?.toString()).toBeUndefined();
  return keeps;
}

const task = async (): Promise<void> => {
  for (let step = 0; step < 3; step += 1) await Promise.resolve(step);
};

test("a spawned task has no part in the order of hops, until somebody waits for it", async () => {
  expect(await keepsCauses(({ spawn }) => void [spawn("one", task), spawn("other", task)])).toBe(false);
  expect(await keepsCauses(async ({ spawn }) => void (await spawn("one", task)))).toBe(true);
});

test("a promise that the body resolves with a promise has", async () => {
  expect(await keepsCauses(() => void new Promise((resolve) => resolve(task())))).toBe(true);
});
