import { describe, expect, test } from "vitest";
import { explore, type Body, type Exploration, type ExploreOptions } from "../../index.ts";
import { exploreBetween } from "../../harness/explore.ts";

/** As the tests of a suite are explored. */
function exploreInSuite(body: Body, options: ExploreOptions = {}): Promise<Exploration> {
  return exploreBetween(body, { order: "production", latencyMs: 1000, runs: 300, explain: false, ...options }, () => undefined);
}

/** Polls each 50 ms, in either order of setting the two. */
function waitUntil(isThere: () => boolean, limitMs: number, isLimitFirst: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const clear = (): void => {
      clearInterval(interval);
      clearTimeout(limit);
    };
    const giveUp = (): void => {
      clear();
      reject(new Error("not there in time"));
    };
    const look = (): void => {
      if (!isThere()) return;
      clear();
      resolve();
    };
    let limit: ReturnType<typeof setTimeout> | undefined;
    if (isLimitFirst) limit = setTimeout(giveUp, limitMs);
    const interval = setInterval(look, 50);
    limit ??= setTimeout(giveUp, limitMs);
  });
}

function polling(reads: number, limitMs: number, isLimitFirst: boolean = true): Body {
  return async ({ io }) => {
    const read = io("read", async () => undefined);
    let there = 0;
    const readAll = async (): Promise<void> => {
      for (let round = 0; round < reads; round += 1) {
        await read();
        there += 1;
      }
    };
    void readAll();
    await waitUntil(() => there === reads, limitMs, isLimitFirst);
  };
}

describe("the limit of a poll", () => {
  test.each([
    [1, true],
    [1, false],
    [3, true],
  ])("does not come before what %i answers bring, though each may take as long as it (limit set first: %s)", async (reads, isLimitFirst) => {
    expect((await exploreInSuite(polling(reads, 1000, isLimitFirst))).verdict).toBe("passed");
  });

  test("comes first where it is short", async () => {
    expect((await exploreInSuite(polling(1, 80))).failure?.error).toMatchObject({ message: "not there in time" });
    expect((await exploreInSuite(polling(2, 150))).failure?.error).toMatchObject({ message: "not there in time" });
  });

  test("is a timer like others where no suite is explored", async () => {
    expect((await explore(polling(1, 1000), { order: "production", latencyMs: 1000 })).verdict).toBe("failed");
  });

  test("a sleep beside an interval of its own is none", async () => {
    const body: Body = async ({ io }) => {
      const read = io("read", async () => undefined);
      let isThere = false;
      void read().then(() => (isThere = true));
      const beat = setInterval(() => undefined, 400);
      await new Promise((resolve) => setTimeout(resolve, 300));
      clearInterval(beat);
      if (!isThere) throw new Error("not there in time");
    };
    expect((await exploreInSuite(body)).failure?.error).toMatchObject({ message: "not there in time" });
  });
});
