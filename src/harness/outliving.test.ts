/** Bodies of which something outlives each execution: what is set up once, and what is topped up now and then. */
import { explore, type Body } from "heddle";
import { describe, expect, it } from "vitest";

type Io = Parameters<Body>[0]["io"];

/** Two withdrawals: one is lost where both read before either writes. */
async function withdrawals(io: Io): Promise<void> {
  let balance = 100;
  const read = io("read", () => balance);
  const write = io("write", (value: number) => void (balance = value));
  const withdraw = async (): Promise<void> => write((await read()) - 10);
  const second = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn += 1) await io("think", () => undefined)();
    await withdraw();
  };
  await Promise.all([withdraw(), second()]);
  if (balance !== 80) throw new Error("lost update");
}

describe("something that outlives the body", () => {
  it.each([7, 11])("adds an event to every execution that is a multiple of %i: failures of the others are found and replayed", async (every) => {
    let executions = 0;
    const body: Body = async ({ io }) => {
      executions += 1;
      if (executions % every === 0) void io("refill", () => undefined)();
      await withdrawals(io);
    };
    const { failure } = await explore(body, { order: "production", seed: every });
    expect(failure).toMatchObject({ kind: "error", error: { message: "lost update" }, reproduced: expect.stringMatching(/^5 of [567]$/) as string });
    const again = await explore(body, { seed: failure!.seed });
    expect(again.failure).toMatchObject({ kind: "error", error: { message: "lost update" } });
  });

  it("is set up by the first execution: a seed replays in a process in which it is not set up yet", async () => {
    let isSetUp = false;
    const body: Body = async ({ io }) => {
      const isFirst = !isSetUp;
      isSetUp = true;
      if (isFirst) await Promise.all([io("connect", () => undefined)(), io("handshake", () => undefined)()]);
      await withdrawals(io);
    };
    const { failure, uncontrolled } = await explore(body, { order: "production" });
    expect(failure).toMatchObject({ kind: "error", reproduced: "5 of 5" });
    expect(uncontrolled).toContain("the first execution differed from the later ones: something is set up once and kept");
    isSetUp = false;
    const again = await explore(body, { seed: failure!.seed });
    expect(again.failure).toMatchObject({ kind: "error", error: { message: "lost update" }, reproduced: "5 of 5" });
  });

  it("is set up by the first execution, and plain JavaScript's own order fails", async () => {
    let isSetUp = false;
    const { failure } = await explore(async ({ io }) => {
      if (!isSetUp) await io("connect", () => undefined)();
      isSetUp = true;
      await io("read", () => undefined)();
      throw new Error("always");
    }, { order: "production" });
    expect(failure).toMatchObject({ kind: "error", error: { message: "always" }, reproduced: "5 of 5" });
  });

  it("makes the failure itself: it is reported as what cannot be replayed, and never passed over", async () => {
    let executions = 0;
    const { failure, verdict } = await explore(async ({ io }) => {
      executions += 1;
      await Promise.all([io("one", () => undefined)(), io("two", () => undefined)()]);
      if (executions !== 9) return;
      await io("refill", () => undefined)();
      throw new Error("once");
    }, { order: "production", strategy: "random", runs: 50 });
    expect(verdict).toBe("failed");
    expect(failure).toMatchObject({ kind: "nondeterministic", seed: "" });
    expect(executions).toBeGreaterThan(40);
  });
});
