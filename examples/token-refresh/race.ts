import assert from "node:assert/strict";
import type { Body } from "heddle";
import type { Example } from "../example.ts";
import { TokenKeeper, type Auth, type Token } from "./token.ts";
import { TokenKeeper as FixedTokenKeeper } from "./token-fixed.ts";

/**
 * A token lives for 60 ms and is refreshed at 40; a request is given up after 20; at 50 all is over, and the token
 * that is left must be one that the server takes. Heddle's clock is virtual: none of this takes real time.
 */
const session =
  (makeKeeper: (auth: Auth) => TokenKeeper | FixedTokenKeeper): Body =>
  async ({ io, sleep }) => {
    let issued = 0;
    const issue = io("auth.issue", (): Token => {
      issued += 1;
      return { serial: issued, lifeMs: 60 };
    });

    const keeper = makeKeeper({ issue });
    await keeper.refresh();
    await sleep(50);
    await keeper.stop();
    assert.equal(keeper.token?.serial, issued, "the token at hand is not the one that the server takes");
  };

export const example: Example = {
  name: "token: refresh, expiry and timeout",
  story: "asks again when an answer is late, and then keeps whichever answer comes last",
  buggy: session((auth) => new TokenKeeper(auth)),
  fixed: session((auth) => new FixedTokenKeeper(auth)),
};
