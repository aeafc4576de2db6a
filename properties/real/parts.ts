/** Events, Web Streams, HTTP on loopback with kept connections, and child processes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter, on, once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { Body } from "heddle";
import { atOnce, inTurn, type RealSubject } from "./subject.ts";

/** `events.on` keeps what comes meanwhile; BUG of the other: `once` again and again misses it. */
const events =
  (keeps: boolean): Body =>
  async ({ io, spawn }) => {
    const emitter = new EventEmitter();
    const [handle, produce] = [io("job.handle"), io("job.produce")];
    const handled: number[] = [];
    const byIteration = async (): Promise<void> => {
      for await (const [job] of on(emitter, "job") as AsyncIterable<[number]>) {
        await handle();
        handled.push(job);
        if (job === 3) return;
      }
    };
    const byOnce = async (): Promise<void> => {
      for (let job = 0; job !== 3; ) {
        [job] = (await once(emitter, "job")) as [number];
        await handle();
        handled.push(job);
      }
    };
    const consumer = spawn("consumer", keeps ? byIteration : byOnce);
    await spawn("producer", async () => {
      for (const job of [1, 2, 3]) {
        await produce();
        await produce();
        emitter.emit("job", job);
      }
    });
    await consumer;
    assert.deepEqual(handled, [1, 2, 3]);
  };

/** A stream of the web has one writer at a time. */
const webStreams =
  (take: () => ReturnType<typeof inTurn>): Body =>
  async ({ io, spawn }) => {
    const { readable, writable } = new TransformStream<string, string>({ transform: (text, controller) => controller.enqueue(text.toUpperCase()) });
    const fetch = io("fetch", (text: string) => text);
    const turn = take();
    const tell = (text: string): Promise<void> =>
      turn(async () => {
        const writer = writable.getWriter();
        await writer.write(await fetch(text));
        writer.releaseLock();
      });
    const read = (async (): Promise<string> => {
      let all = "";
      for await (const text of readable as unknown as AsyncIterable<string>) all += text;
      return all;
    })();
    const later = spawn("b", async () => {
      await fetch("later");
      await fetch("later");
      await tell("b");
    });
    await Promise.all([spawn("a", () => tell("a")), later]);
    await writable.close();
    assert.equal([...(await read)].toSorted().join(""), "AB");
  };

/** A handler that reads, asks another service and writes; its clients keep their connections. */
const requests =
  (take: () => ReturnType<typeof inTurn>): Body =>
  async ({ io, spawn }) => {
    const price = io("price");
    const turn = take();
    let stock = 10;
    const server = http.createServer((_request, response) => {
      void turn(async () => {
        const before = stock;
        await price();
        stock = before - 1;
        response.end(String(stock));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const agent = new http.Agent({ keepAlive: true });
    const buy = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const request = http.get({ host: "127.0.0.1", port, agent }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve(text));
        });
        request.on("error", reject);
      });
    const later = spawn("second", async () => {
      await price();
      await price();
      await buy();
    });
    await Promise.all([spawn("first", buy), later]);
    agent.destroy();
    server.close();
    await once(server, "close");
    assert.equal(stock, 8);
  };

const run = promisify(execFile);

/** What two commands print, into one buffer or into one for each. */
const commands =
  (isShared: boolean): Body =>
  async ({ io, spawn }) => {
    const prepare = io("prepare");
    let last = "";
    const echo = async (text: string): Promise<string> => {
      const { stdout } = await run("echo", [text]);
      last = stdout;
      await prepare();
      return isShared ? last : stdout;
    };
    const later = spawn("two", async () => {
      await prepare();
      await prepare();
      return echo("two");
    });
    assert.deepEqual(await Promise.all([spawn("one", () => echo("one")), later]), ["one\n", "two\n"]);
  };

export const parts: readonly RealSubject[] = [
  { name: "events.on and events.once", safe: events(true), racy: events(false), error: /deadlock/, kind: "deadlock", runs: 100 },
  { name: "Web Streams", safe: webStreams(inTurn), racy: webStreams(() => atOnce), error: /locked/, runs: 100 },
  { name: "HTTP on loopback, connections kept", safe: requests(inTurn), racy: requests(() => atOnce), error: /strictly equal/, runs: 15 },
  { name: "execFile", safe: commands(false), racy: commands(true), error: /deep/i, runs: 10 },
];
