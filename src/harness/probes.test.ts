import { expect, test } from "vitest";
import { explore } from "./explore.ts";

test.each(["production", "latency"] as const)("what invariants and conditions read is in no report (%s)", async (order) => {
  const { failure } = await explore(
    async ({ spawn, io, shared, invariant, sometimes, log }) => {
      const wallet = shared({ balance: 100, checks: 0 }, "wallet");
      const read = io("read", () => wallet.balance);
      invariant("never overdrawn", () => {
        wallet.checks += 1;
        log("looked");
        return wallet.balance >= 0;
      });
      sometimes("spent", () => wallet.balance < 100);
      const withdraw = async (amount: number): Promise<void> => {
        wallet.balance = (await read()) - amount;
      };
      await Promise.all([spawn("checkout", () => withdraw(60)), spawn("payout", () => withdraw(30))]);
      if (wallet.balance !== 10) throw new Error("lost");
    },
    { order },
  );
  const notes = failure!.timeline.steps.flatMap((step) => step.notes);
  const writes = notes.flatMap((note) => (note.type === "write" ? [`${note.key} = ${note.value}`] : []));
  expect(writes.sort()).toEqual(["balance = 40", "balance = 70"]);
  expect(notes.filter((note) => note.type === "read" && note.key === "checks")).toEqual([]);
  expect(notes.filter((note) => note.type === "read" && note.key === "balance")).toHaveLength(3);
  expect(notes.some((note) => note.type === "log" && note.text === "looked")).toBe(true);
});
