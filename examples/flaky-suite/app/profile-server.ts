import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Keeps a profile, in a file too, and answers GET and PUT. */
export function profileServer(file: string): Server {
  let profile = '{"name":"nobody"}';
  const answer = async (method: string, body: string): Promise<[status: number, body: string]> => {
    if (method === "GET") return [200, profile];
    if (method !== "PUT") return [405, "{}"];
    await writeFile(file, body);
    profile = body;
    return [200, body];
  };
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      void answer(request.method ?? "GET", Buffer.concat(chunks).toString()).then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json", connection: "close" });
        response.end(body);
      });
    });
  });
}

/** Listens on a port that is free, and returns the address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
  });
}

/** What a client knows of a profile. */
export class ProfileClient {
  known: unknown = undefined;
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async load(): Promise<unknown> {
    const response = await fetch(this.url);
    this.known = await response.json();
    return this.known;
  }

  async save(profile: unknown): Promise<number> {
    const response = await fetch(this.url, { method: "PUT", body: JSON.stringify(profile) });
    this.known = await response.json();
    return response.status;
  }
}
