/** A server on loopback, and a session's connections to it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BodyContext } from "heddle";
import { Agent } from "undici";

export interface Web {
  readonly origin: string;
  readonly agent: Agent;
  close(): Promise<void>;
}

/** Listens before anything else begins. */
export function listen({ setup }: BodyContext, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Web> {
  return setup(async () => {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAliveTimeout: 600_000 });
    return {
      origin: `http://127.0.0.1:${port}`,
      agent,
      close: async () => {
        await agent.close();
        server.close();
        await once(server, "close");
      },
    };
  });
}
