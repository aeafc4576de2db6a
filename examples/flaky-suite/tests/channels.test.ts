import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Hub, Peer } from "../app/hub.ts";

let hub: Hub;
let ada: Peer;
let grace: Peer;

beforeEach(() => {
  hub = new Hub();
  ada = new Peer(hub);
  grace = new Peer(hub);
});

afterEach(() => {
  ada.leave("ada");
  grace.leave("grace");
});

describe("a hub", () => {
  test("knows what was announced before it is asked", async () => {
    ada.announce("notes");
    expect(await grace.find("notes")).toBe(true);
  });

  test("knows what it has heard of", async () => {
    const heard = once(hub, "announce");
    ada.announce("notes");
    await heard;
    expect(await grace.find("notes")).toBe(true);
  });

  test("has heard of who left before it answers", async () => {
    ada.leave("ada");
    await grace.find("notes");
    expect(hub.left).toEqual(["ada"]);
  });

  test("tells of who left", async () => {
    const left = once(hub, "bye");
    grace.leave("grace");
    expect(await left).toEqual(["grace"]);
  });
});
