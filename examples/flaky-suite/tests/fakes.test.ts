import { describe, expect, test, vi } from "vitest";
import { Checkout, FakeGateway, RecordedGateway } from "../app/gateway.ts";
import { sleep } from "./folder.ts";

describe("a checkout", () => {
  test("that is paid can no longer be cancelled", async () => {
    const checkout = new Checkout(new RecordedGateway());
    const paying = checkout.pay("order 1");
    await sleep(20);
    expect(checkout.cancel()).toBe(false);
    await paying;
    expect(checkout.state).toBe("paid");
  });

  test("is paid once the gateway has answered", async () => {
    const checkout = new Checkout(new FakeGateway());
    await checkout.pay("order 2");
    expect(checkout.state).toBe("paid");
  });

  test("can be cancelled at first", () => {
    const checkout = new Checkout(new FakeGateway());
    expect([checkout.cancel(), checkout.cancel(), checkout.state]).toEqual([true, false, "cancelled"]);
  });

  test.each(["a", "b", "c", "d"])("the gateway gives a receipt of %s", async (order) => {
    const gateway = new FakeGateway();
    expect(await gateway.charge(order)).toBe(`receipt of ${order}`);
    expect(gateway.charges).toEqual([order]);
  });

  test("the gateway charges in the order of the calls", async () => {
    const gateway = new FakeGateway();
    await Promise.all(["a", "b", "c"].map((order) => gateway.charge(order)));
    expect(gateway.charges).toEqual(["a", "b", "c"]);
  });
});

describe("mocks", () => {
  const send = vi.fn(async (text: string) => {
    await sleep(5);
    return text.length;
  });

  test("answer", async () => {
    send.mockClear();
    expect(await send("hello")).toBe(5);
    expect(send).toHaveBeenCalledExactlyOnceWith("hello");
  });

  test("answer once as they are told", async () => {
    send.mockClear();
    send.mockResolvedValueOnce(42);
    expect([await send("a"), await send("a")]).toEqual([42, 1]);
  });

  test("fail as they are told", async () => {
    const fails = vi.fn().mockRejectedValue(new Error("down"));
    await expect(fails()).rejects.toThrow("down");
  });
});
