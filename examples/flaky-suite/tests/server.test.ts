import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listen, ProfileClient, profileServer } from "../app/profile-server.ts";
import { file, manyTurns, useFolder } from "./folder.ts";

useFolder();

let server: Server;
let url: string;
let client: ProfileClient;

beforeEach(async () => {
  server = profileServer(file("profile.json"));
  url = await listen(server);
  client = new ProfileClient(url);
  await new ProfileClient(url).load();
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("the profile server", () => {
  test("has a client that knows what it has just saved", async () => {
    const saving = client.save({ name: "Ada" });
    await manyTurns();
    expect(client.known).toEqual({ name: "Ada" });
    expect(await saving).toBe(200);
  });

  test("answers with what is saved", async () => {
    expect(await client.save({ name: "Grace" })).toBe(200);
    expect(await client.load()).toEqual({ name: "Grace" });
  });

  test("knows nobody at first", async () => {
    expect(await client.load()).toEqual({ name: "nobody" });
  });

  test.each(["POST", "DELETE"])("refuses %s", async (method) => {
    const response = await fetch(url, { method });
    await response.text();
    expect(response.status).toBe(405);
  });
});
