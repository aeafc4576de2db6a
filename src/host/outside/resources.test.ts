import { createServer, Socket } from "node:net";
import { explore } from "heddle";
import { expect, it } from "vitest";
import { tellResource } from "./resources.ts";

it("tells of what is open in the user's words, never by the runtime's classes", () => {
  const names = [
    "TCPServerWrap", "TCPSocketWrap", "PipeWrap", "PipeServerWrap", "TCPConnectWrap", "PipeConnectWrap", "ConnectWrap", "SimpleShutdownWrap",
    "SimpleWriteWrap", "TLSWrap", "LibuvStreamWrap", "UDPWrap", "SendWrap", "ProcessWrap", "MessagePort", "Worker", "FSEventWrap", "StatWatcher",
    "FSReqCallback", "FSReqPromise", "FileHandle", "FileHandleCloseReq", "DirHandle", "GetAddrInfoReqWrap", "GetNameInfoReqWrap", "QueryReqWrap",
    "ChannelWrap", "TTYWrap", "SignalWrap", "Http2Session", "Http2Stream", "Zlib", "BrotliEncoder", "KeyPairGenJob", "ScryptJob", "SomethingNewWrap",
  ];
  for (const name of names) {
    for (const isLeft of [true, false]) expect(tellResource(name, isLeft)).not.toMatch(/Wrap|Req|FSEvent|StatW|MessagePort|Job|Handle|Brotli[A-Z]/);
  }
  expect(tellResource("TCPServerWrap", true)).toBe("servers left open by an earlier execution (await close() in the body)");
  expect(tellResource("TCPSocketWrap", false)).toBe("events of sockets");
});

it("says of a server that an execution has left open, and that is heard of in a later one, that it was left open", async () => {
  const ports: number[] = [];
  const servers: ReturnType<typeof createServer>[] = [];
  let heard: (() => void) | undefined;
  const { uncontrolled, verdict } = await explore(async () => {
    if (servers.length === 0) {
      const server = createServer((socket) => {
        socket.destroy();
        heard?.();
      });
      servers.push(server);
      ports.push(await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))));
    }
    // A connection that the body doesn't see begin.
    await new Promise<void>((resolve) => {
      heard = resolve;
      connectLater(ports[0]!);
    });
  }, { runs: 4, order: "production" });
  for (const server of servers) server.close();
  expect(verdict).toBe("passed");
  expect(uncontrolled.join()).not.toMatch(/Wrap/);
});

function connectLater(port: number): void {
  const socket = new Socket();
  socket.on("error", () => undefined);
  socket.connect(port, "127.0.0.1");
}
