import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { explore, type Body, type ExploreOptions } from "heddle";
import { expect, test } from "vitest";

const SEARCH: ExploreOptions = { order: "production", strategy: "deviations", runs: 60 };

async function listening(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closed(server: http.Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/** What is charged when a client asks once more after an error. */
const paying = (ask: (port: number) => Promise<unknown>, isSafe: boolean, pattern: string): Body => async ({ faults }) => {
  faults(pattern, ["reset"]);
  const charged = new Map<string, number>();
  const server = http.createServer((request, response) => {
    const key = isSafe ? String(request.headers["x-key"]) : String(charged.size);
    charged.set(key, 10);
    response.end("paid");
  });
  const port = await listening(server);
  try {
    await ask(port);
  } catch {
    await ask(port);
  }
  await closed(server);
  expect([...charged.values()].reduce((sum, one) => sum + one, 0)).toBe(10);
};

function request(port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = http.request({ host: "127.0.0.1", port, method: "POST", agent: false, headers: { "x-key": "k" } }, (response) => {
      response.on("data", () => undefined).on("end", resolve).on("error", reject);
    });
    asked.on("error", reject).end();
  });
}

const fetching = async (port: number): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers: { "x-key": "k", connection: "close" } })).text();

test.each([
  ["http.request", request, "http"],
  ["http.request", request, "net.*"],
  ["fetch", fetching, "fetch"],
])("%s: a client that asks again after a reset pays twice, and is found; with a key it does not", async (_name, ask, pattern) => {
  const { failure } = await explore(paying(ask, false, pattern), SEARCH);
  expect(failure).toMatchObject({ kind: "error", reproduced: "5 of 5" });
  expect(failure!.sentence).toMatch(/the connection broke before \(ECONNRESET\)/);
  const safe = await explore(paying(ask, true, pattern), SEARCH);
  expect(safe.failure?.toString()).toBeUndefined();
}, 60_000);

test("a fetch whose answer is lost keeps no connection open", async () => {
  const { failure } = await explore(async ({ faults }) => {
    faults("fetch", ["reset"]);
    const server = http.createServer((_request, response) => response.end("x".repeat(100_000)));
    const port = await listening(server);
    await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text(), (error: Error) => expect(String(error.cause)).toMatch(/ECONNRESET/));
    server.close();
    await once(server, "close");
  }, SEARCH);
  expect(failure?.toString()).toBeUndefined();
});

test("both ends are told of a reset, each once, and that it is closed", async () => {
  const seen = new Set<string>();
  const { failure } = await explore(async ({ faults }) => {
    faults("net.Socket", ["reset"]);
    const told: string[] = [];
    const hear = (name: string, socket: net.Socket): Promise<unknown> => {
      socket.on("error", (error: NodeJS.ErrnoException) => told.push(`${name} ${error.code}`));
      return new Promise((resolve) => void socket.on("close", resolve));
    };
    let served: Promise<unknown> = Promise.resolve();
    const server = net.createServer((socket) => {
      served = hear("server", socket);
      socket.on("data", () => socket.end("answer"));
    });
    const socket = net.connect(await listening(server), "127.0.0.1");
    const asked = hear("client", socket);
    socket.resume().write("question");
    await asked;
    await served;
    server.close();
    await once(server, "close");
    seen.add(told.sort().join(", "));
  }, { ...SEARCH, strategy: "exhaustive", runs: 300 });
  expect(failure?.toString()).toBeUndefined();
  expect(seen).toContain("");
  expect(seen).toContain("client ECONNRESET, server ECONNRESET");
});

test("without being asked for nothing breaks, and a file has no connection", async () => {
  const { failure, complete } = await explore(async ({ faults }) => {
    faults("fs.*", ["reset"]);
    const server = net.createServer((socket) => socket.end("text"));
    const socket = net.connect(await listening(server), "127.0.0.1");
    await once(socket.resume(), "close");
    server.close();
    await once(server, "close");
  }, { ...SEARCH, strategy: "exhaustive", runs: 300 });
  expect([failure?.toString(), complete]).toEqual([undefined, true]);
});
