import assert from "node:assert/strict";
import type { Body } from "heddle";
import type { Example } from "../example.ts";
import { MemoryStore, type Store } from "./store.ts";
import { Wallet } from "./wallet.ts";
import { Wallet as FixedWallet } from "./wallet-fixed.ts";

/**
 * Two withdrawals of 60 from 100: one of them must be refused. The payout has to look up its recipient first, so in
 * the order plain JavaScript takes it always comes second, and an ordinary test of it is always green.
 */
const withdrawals =
  (makeWallet: (store: Store) => Wallet | FixedWallet): Body =>
  async ({ spawn, io, shared }) => {
    const balances = shared(new Map([["alice", 100]]), "balances");
    const store = io.wrap(new MemoryStore(balances), "store");
    const lookUpRecipient = io("recipients.find", () => "bob");

    const checkout = spawn("checkout", () => makeWallet(store).withdraw(60));
    const payout = spawn("payout", async () => {
      await lookUpRecipient();
      await lookUpRecipient();
      return makeWallet(store).withdraw(60);
    });

    const paid = (await Promise.all([checkout, payout])).filter(Boolean).length;
    assert.equal(paid * 60 + balances.get("alice")!, 100, "money paid out and money left are not what was there");
  };

export const example: Example = {
  name: "wallet: two withdrawals at once",
  story: "reads the balance, awaits, and writes back what it computed from it",
  buggy: withdrawals((store) => new Wallet(store, "alice")),
  fixed: withdrawals((store) => new FixedWallet(store, "alice")),
};
