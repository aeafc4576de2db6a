import assert from "node:assert/strict";
import { Mutex } from "async-mutex";
import type { Body, BodyContext } from "heddle";
import type { Example } from "../example.ts";
import { transfer } from "./transfer.ts";
import { transfer as fixedTransfer, type Account } from "./transfer-fixed.ts";

function account(io: BodyContext["io"], id: number): Account {
  let balance = 100;
  return {
    id,
    mutex: new Mutex(),
    load: io(`account ${id}.load`, () => balance),
    save: io(`account ${id}.save`, (value: number) => {
      balance = value;
    }),
  };
}

/** Two transfers in opposite directions, the second 10 ms after the first: on a laptop the first is over by then. */
const transfers =
  (transferMoney: typeof fixedTransfer): Body =>
  async ({ spawn, io, sleep }) => {
    const [alice, bob] = [account(io, 1), account(io, 2)];
    const there = spawn("rent", () => transferMoney(alice, bob, 60));
    const back = spawn("refund", async () => {
      await sleep(10);
      await transferMoney(bob, alice, 10);
    });
    await Promise.all([there, back]);
    assert.deepEqual([await alice.load(), await bob.load()], [50, 150]);
  };

export const example: Example = {
  name: "mutexes: two transfers in opposite directions",
  story: "takes the mutex of the one account, and then that of the other",
  buggy: transfers(transfer),
  fixed: transfers(fixedTransfer),
};
