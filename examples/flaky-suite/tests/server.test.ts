import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listen, profileServer } from "../app/profile-server.ts";
import { file, sleep, useFolder } from "./folder.ts";

useFolder();

let server: Server;
let url: string;

beforeEach(async () => {
  server = profileServer(file("profile.json"));
  url = await listen(server);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function get(): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}

async function put(profile: unknown): Promise<number> {
  const response = await fetch(url, { method: "PUT", body: JSON.stringify(profile) });
  await response.text();
  return response.status;
}

describe("the profile server", () => {
  test("answers with what was just saved", async () => {
    const saving = put({ name: "Ada" });
    await sleep(60);
    expect(await get()).toEqual({ name: "Ada" });
    expect(await saving).toBe(200);
  });

  test("answers with what is saved", async () => {
    expect(await put({ name: "Grace" })).toBe(200);
    expect(await get()).toEqual({ name: "Grace" });
  });

  test("knows nobody at first", async () => {
    expect(await get()).toEqual({ name: "nobody" });
  });

  test.each(["POST", "DELETE"])("refuses %s", async (method) => {
    const response = await fetch(url, { method });
    await response.text();
    expect(response.status).toBe(405);
  });
});
