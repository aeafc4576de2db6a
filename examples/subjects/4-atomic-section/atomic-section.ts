/** Code between two awaits is atomic; an await in the middle of it is where the others come in. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

const body =
  (pause: (audit: () => Promise<void>) => Promise<void> | undefined): Body =>
  async ({ spawn, io }) => {
    const audit = io("audit.write");
    const prepare = io("prepare");
    let insiders = 0;
    let total = 0;
    const add = async (amount: number): Promise<void> => {
      insiders += 1;
      if (insiders !== 1) throw new Error("two tasks are in the section");
      const before = total;
      const waiting = pause(audit);
      if (waiting !== undefined) await waiting;
      total = before + amount;
      insiders -= 1;
    };
    await Promise.all([
      spawn("one", () => add(1)),
      spawn("two", async () => {
        await prepare();
        await add(2);
      }),
      spawn("three", async () => {
        await prepare();
        await prepare();
        await prepare();
        await add(4);
      }),
    ]);
    if (total !== 7) throw new Error(`the total is ${total}`);
  };

const unsafe: Body = body((audit) => audit());

const safe: Body = body(() => undefined);

export const atomicSection: Pair = {
  name: "code between two awaits",
  parts: [],
  law: "no section is entered twice",
  unsafe,
  safe,
  order: "production",
  error: /two tasks are in the section|the total is/,
  within: 10,
  runs: 500,
  isComplete: true,
};
