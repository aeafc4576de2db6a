import { explore, type BodyContext } from "heddle";
import { describe, expect, test } from "vitest";

/** Gives a waiting place back to nobody when the waiter gives up. */
class LeakyPool {
  free = 1;
  private readonly waiting: (() => void)[] = [];

  async acquire(signal?: AbortSignal): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.waiting.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}

async function pooled({ io, spawn, abortable }: BodyContext): Promise<void> {
  const pool = new LeakyPool();
  const query = io("query", () => 1);
  const signal = abortable("second caller");
  const use = async (own?: AbortSignal): Promise<void> => {
    await pool.acquire(own);
    await query();
    pool.release();
  };
  await Promise.all([spawn("first", () => use()), spawn("second", () => use(signal).catch((error: unknown) => void (error === signal.reason || Promise.reject(error as Error))))]);
  if (pool.free !== 1) throw new Error("the pool has lost its connection");
}

describe("abortable", () => {
  test.each(["production", "latency", "chaos"] as const)("a pool that leaks when its caller aborts is found under %s, with one abort and at most one deviation besides", async (order) => {
    const { failure } = await explore(pooled, { order, name: "pool" });
    expect(failure?.error).toMatchObject({ message: "the pool has lost its connection" });
    const kinds = failure!.deviations.map(({ check }) => check?.kind);
    expect(kinds.filter((kind) => kind === "abort")).toHaveLength(1);
    expect(kinds.length).toBeLessThanOrEqual(2);
    expect(String(failure)).toContain("◀ second caller aborted: heddle made it happen");
    expect((await explore(pooled, { seed: failure!.seed, name: "pool" })).failure?.deviations).toEqual(failure!.deviations);
  });

  test("aborts at every step, and never", async () => {
    const seen: number[] = [];
    const exploration = await explore(
      async ({ abortable, io }) => {
        const signal = abortable();
        const load = io("load", () => 1);
        let at = -1;
        for (let step = 0; step < 3; step += 1) {
          if (signal.aborted && at < 0) at = step;
          await load();
        }
        seen.push(signal.aborted ? (at < 0 ? 3 : at) : -1);
      },
      { order: "production", strategy: "exhaustive" },
    );
    expect(exploration).toMatchObject({ verdict: "passed", complete: true, runs: 7 });
    // The first one is made twice. Then: before the request and before the answer of each of the three: what is aborted in the last is seen at the end.
    expect(seen.slice(1)).toEqual([-1, 3, 3, 2, 2, 1, 1]);
  });

  test("never aborts in plain JavaScript's order, keeps no body from ending, and is no leak", async () => {
    let aborted = false;
    const exploration = await explore(
      async ({ abortable, io }) => {
        const signal = abortable();
        await io("load", () => 1)();
        aborted ||= signal.aborted;
      },
      { strategy: "fifo", leaks: "fail" },
    );
    expect(exploration.verdict).toBe("passed");
    expect(aborted).toBe(false);
  });

  test("gets no body out of a deadlock", async () => {
    const { failure } = await explore(async ({ abortable }) => {
      const signal = abortable();
      await new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
    });
    expect(failure?.kind).toBe("deadlock");
  });

  test("rejects with an AbortError that says whose it is", async () => {
    let reason: unknown;
    await explore(async ({ abortable, io }) => {
      const signal = abortable("upload");
      await io("load", () => 1)();
      reason ??= signal.reason;
    }, { strategy: "exhaustive" });
    expect(reason).toMatchObject({ name: "AbortError", message: "upload aborted: an abort that heddle chose" });
  });

  test("several abort by themselves", async () => {
    const seen = new Set<string>();
    await explore(
      async ({ abortable, io }) => {
        const [one, two] = [abortable("one"), abortable("two")];
        await io("load", () => 1)();
        seen.add(`${one.aborted} ${two.aborted}`);
      },
      { strategy: "exhaustive" },
    );
    expect(seen.size).toBe(4);
  });

  test("takes no other name than a text", async () => {
    const { failure } = await explore(({ abortable }) => void abortable(3 as unknown as string));
    expect(failure?.error).toMatchObject({ code: "BAD_SUBJECT", message: 'abortable(name?) takes a name, for the report: abortable("request") [BAD_SUBJECT]' });
  });
});
