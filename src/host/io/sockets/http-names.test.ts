import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { explore, type Body } from "heddle";
import { expect, test } from "vitest";
import { nameOfData, requestIn, requestOf } from "./http-names.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a request is told by its first line, and by nothing else", () => {
  expect(requestIn(bytes("PUT /menu?day=1 HTTP/1.1\r\nhost: a\r\n\r\n"))).toEqual({ method: "PUT", path: "/menu?day=1" });
  for (const text of ["", "GET", "get / HTTP/1.1\r\n", "GET / HTTP/2\r\n", "hello\nGET / HTTP/1.1\r\n"]) expect(requestIn(bytes(text)), text).toBeUndefined();
  expect(requestIn("GET / HTTP/1.1\r\n")).toBeUndefined();
});

test("an answer is named after what the socket has asked for", () => {
  const socket = { _httpMessage: { method: "GET", path: "/menu" } };
  expect(nameOfData(socket, bytes("HTTP/1.1 200 OK\r\n"))).toBe("answer to GET /menu");
  expect(nameOfData(socket, bytes("more of it"))).toBe("data");
  expect(nameOfData({}, bytes("HTTP/1.1 200 OK\r\n"))).toBe("data");
  expect(nameOfData({}, bytes("GET /a HTTP/1.1\r\n"))).toBe("request GET /a");
});

test("what fetch is asked for is told from each kind of argument, and runs no code of the caller's", () => {
  expect(requestOf(["http://a/b?c"])).toEqual({ method: "GET", path: "/b?c", origin: "http://a" });
  expect(requestOf([new URL("http://a/b"), { method: "put" }])).toEqual({ method: "PUT", path: "/b", origin: "http://a" });
  expect(requestOf([new Request("http://a/b", { method: "DELETE" })])).toEqual({ method: "DELETE", path: "/b", origin: "http://a" });
  expect(requestOf(["/relative"])).toBeUndefined();
  const init = { get method(): string { throw new Error("looked at"); } };
  expect(requestOf(["http://a/b", init])).toEqual({ method: "GET", path: "/b", origin: "http://a" });
});

test("the sentence names the requests that race", async () => {
  const body: Body = async ({ spawn }) => {
    let menu = "tea";
    const server = http.createServer((request, response) => {
      if (request.method === "PUT") menu = "cake";
      response.end(menu);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ask = async (method: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}/menu`, { method })).text();
    const [, read] = await Promise.all([spawn("cook", () => ask("PUT")), spawn("guest", () => ask("GET"))]);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    expect(read).toBe("cake");
  };
  const { failure } = await explore(body, { order: "production" });
  expect(failure?.sentence).toMatch(/GET \/menu came before .*PUT \/menu/);
});
