import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { AsyncLocalStorage } from "node:async_hooks";
import { explore, type Body, type Exploration, type ExploreOptions } from "heddle";
import { describe, expect, it } from "vitest";

type Io = Parameters<Body>[0]["io"];

async function listening(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closed(server: net.Server): Promise<void> {
  server.close();
  await once(server, "close");
}

/** All that comes, until the end. */
async function readAll(socket: net.Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(socket, "end");
  return text;
}

function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
  });
}

/** The whole of a search, to be compared with another. */
async function courses(body: Body, options: ExploreOptions): Promise<Pick<Exploration, "verdict" | "runs" | "distinct" | "steps">> {
  const { verdict, runs, distinct, steps, failure } = await explore(body, options);
  if (failure !== undefined) throw new Error(failure.toString());
  return { verdict, runs, distinct, steps };
}

const searches: ExploreOptions = { order: "production", strategy: "random", runs: 40, seed: "sockets" };

describe("sockets of one process", () => {
  async function echo(): Promise<void> {
    const server = net.createServer((socket) => socket.pipe(socket));
    const port = await listening(server);
    const talk = async (text: string): Promise<void> => {
      const socket = net.connect(port, "127.0.0.1");
      socket.end(text);
      expect(await readAll(socket)).toBe(text);
    };
    await Promise.all([talk("one"), talk("two")]);
    await closed(server);
  }

  it("tell what comes as events, in many orders, and the same ones in each search", async () => {
    const first = await courses(echo, searches);
    expect(first.distinct).toBeGreaterThan(30);
    expect(await courses(echo, searches)).toEqual(first);
  });

  const readers: Readonly<Record<string, (socket: net.Socket) => Promise<string>>> = {
    "by a listener of readable": async (socket) => {
      let text = "";
      socket.setEncoding("utf8").on("readable", () => {
        for (let chunk: unknown = socket.read(); chunk !== null; chunk = socket.read()) text += String(chunk);
      });
      await once(socket, "end");
      return text;
    },
    "by async iteration": async (socket) => {
      let text = "";
      for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
      return text;
    },
    "paused when they are connected, and resumed later": async (socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 20);
      return readAll(socket);
    },
  };

  it.each(Object.entries(readers))("are read %s, at both ends", async (_way, read) => {
    await courses(async () => {
      const heard: Promise<string>[] = [];
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        heard.push(read(socket));
        socket.end("answer");
      });
      const port = await listening(server);
      const socket = net.connect(port, "127.0.0.1");
      const answer = once(socket, "connect").then(() => read(socket));
      socket.end("question");
      expect(await answer).toBe("answer");
      expect(await Promise.all(heard)).toEqual(["question"]);
      await closed(server);
    }, searches);
  });

  it("keep the order of each connection's own chunks, however much is under way", async () => {
    const text = Array.from({ length: 40_000 }, (_, index) => String(index)).join();
    await courses(async ({ io }) => {
      const pause = io("pause", () => undefined);
      const server = net.createServer((socket) => {
        void (async () => {
          for (let at = 0; at < text.length; at += 50_000) {
            await pause();
            socket.write(text.slice(at, at + 50_000));
          }
          socket.end();
        })();
      });
      const port = await listening(server);
      expect(await readAll(net.connect(port, "127.0.0.1"))).toBe(text);
      await closed(server);
    }, { ...searches, runs: 10 });
  });

  it("find and replay what depends on which of two connections is heard first", async () => {
    const exploration = await explore(async () => {
      const heard: string[] = [];
      const server = net.createServer((socket) => {
        socket.on("data", (chunk: Buffer) => heard.push(chunk.toString()));
        socket.on("end", () => socket.end());
      });
      const port = await listening(server);
      await Promise.all(["one", "two"].map(async (text) => readAll(net.connect(port, "127.0.0.1").end(text))));
      await closed(server);
      expect(heard).toEqual(["one", "two"]);
    }, { order: "production" });
    expect(exploration.failure).toMatchObject({ kind: "error", order: "production", reproduced: "5 of 5" });
    expect(exploration.failure!.deviations).toHaveLength(1);
  });

  it("are all under control where both ends are the body's, and named where one is not", async () => {
    const { uncontrolled } = await explore(echo, { ...searches, runs: 10 });
    expect(uncontrolled).toEqual([]);
    const server = net.createServer((socket) => socket.end("text"));
    const port = await listening(server);
    const other = await explore(async () => expect(await readAll(net.connect(port, "127.0.0.1"))).toBe("text"), { ...searches, runs: 5 });
    expect(other.verdict).toBe("passed");
    expect(other.uncontrolled).toContain("events of sockets");
    server.close();
  });

  it("that the runtime opens for the body are waited for while their address is looked up", async () => {
    for (const seed of [1, 2, 3]) {
      const { verdict, failure } = await explore(async () => {
        const server = http.createServer((_request, response) => setTimeout(() => response.end("late"), 1000));
        server.listen(0);
        await once(server, "listening");
        const controller = new AbortController();
        const asked = fetch(`http://localhost:${(server.address() as AddressInfo).port}`, { signal: controller.signal });
        const answer = asked.then(async (response) => response.text(), (error: Error) => error.name);
        setTimeout(() => controller.abort(), 10);
        expect(await answer).toMatch(/AbortError|late/);
        server.closeAllConnections();
        await closed(server);
      }, { ...searches, order: "latency", seed, runs: 5 });
      expect([verdict, failure?.toString()]).toEqual(["passed", undefined]);
    }
  });

  it("that wait for each other are a deadlock", async () => {
    const { failure } = await explore(async () => {
      const server = net.createServer((socket) => socket.on("data", () => undefined));
      const port = await listening(server);
      const socket = net.connect(port, "127.0.0.1");
      socket.write("text");
      await once(socket, "data");
    }, { order: "production" });
    expect(failure).toMatchObject({ kind: "deadlock", reproduced: "5 of 5" });
  });

  it("keep their timeouts on the virtual clock, begun anew by what is heard and said", async () => {
    await courses(async ({ now, sleep }) => {
      const server = net.createServer((socket) => socket.on("data", (chunk: Buffer) => socket.write(chunk)));
      const port = await listening(server);
      const socket = net.connect(port, "127.0.0.1").setTimeout(300);
      await once(socket, "connect");
      await sleep(200);
      const said = now();
      socket.write("text");
      await once(socket, "data");
      await once(socket, "timeout");
      expect(now() - said).toBe(300);
      socket.destroy();
      server.close();
    }, { ...searches, runs: 5 });
  });

  it("that native code reads lose nothing that comes before it does, and are named", async () => {
    const server = http2.createServer();
    server.on("stream", (stream) => stream.end("text"));
    const { failure, uncontrolled } = await explore(async () => {
      const port = await listening(server);
      const client = http2.connect(`http://127.0.0.1:${port}`);
      const request = client.request({ ":path": "/" }).setEncoding("utf8");
      let text = "";
      for await (const chunk of request) text += String(chunk);
      expect(text).toBe("text");
      client.close();
      await closed(server);
    }, { ...searches, runs: 10 });
    expect(uncontrolled).toContain("events of sockets");
    // When they come is the machine's affair; but they come.
    expect(failure?.kind ?? "nondeterministic").toBe("nondeterministic");
  });

  it("are reset where the server is closed before it was told of them", async () => {
    await courses(async () => {
      const told: string[] = [];
      const server = net.createServer((socket) => {
        told.push(server.listening ? "in time" : "late");
        socket.destroy();
      });
      const port = await listening(server);
      const socket = net.connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      const gone = new Promise((resolve) => void socket.once("close", resolve));
      await once(socket, "connect");
      await Promise.all([closed(server), gone]);
      expect(told).not.toContain("late");
    }, searches);
  });

  it("refuse a connection as an event", async () => {
    await courses(async () => {
      const server = net.createServer();
      const port = await listening(server);
      await closed(server);
      const [error] = (await once(net.connect(port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ECONNREFUSED");
    }, { ...searches, runs: 5 });
  });

  it("run what they tell under the virtual clock, and in the async context of who opened them", async () => {
    const storage = new AsyncLocalStorage<string>();
    await courses(async ({ sleep }) => {
      const server = net.createServer((socket) => socket.end("text"));
      const port = await listening(server);
      await sleep(50);
      const began = Date.now();
      const socket = storage.run("mine", () => net.connect(port, "127.0.0.1"));
      const seen: unknown[] = [];
      socket.on("data", () => seen.push(storage.getStore(), Date.now() - began));
      await once(socket, "close");
      const [store, elapsedMs] = seen;
      expect(store).toBe("mine");
      // A clock that is read again has gone on a little for each answer that was told in between, and by no real time.
      expect(elapsedMs).toBeGreaterThanOrEqual(1);
      expect(elapsedMs).toBeLessThanOrEqual(3);
      await closed(server);
    }, { ...searches, runs: 5 });
  });

  it("stop where an execution ends in its midst, and say nothing to the next one", async () => {
    let executions = 0;
    let told = 0;
    const exploration = await explore(async ({ io }) => {
      executions += 1;
      const own = executions;
      const server = net.createServer((socket) => socket.end("text"));
      const port = await listening(server);
      const socket = net.connect(port, "127.0.0.1");
      for (const name of ["data", "end", "close"]) socket.on(name, () => (told += own === executions ? 0 : 1));
      socket.on("connect", () => {
        throw new Error("in its midst");
      });
      await io("never", () => new Promise(() => undefined))();
    }, { order: "production" });
    expect(exploration.failure).toMatchObject({ error: { message: "in its midst" }, reproduced: "5 of 5" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect({ executions: executions > 5, told }).toEqual({ executions: true, told: 0 });
  });

  it("that were opened before are the body's once it writes to them", async () => {
    const server = net.createServer((socket) => socket.on("data", (chunk: Buffer) => socket.write(chunk)));
    const port = await listening(server);
    const socket = net.connect(port, "127.0.0.1");
    await once(socket, "connect");
    let contexts = 0;
    const { distinct } = await courses(async ({ now, sleep }) => {
      socket.write("text");
      const [data] = await Promise.all([once(socket, "data"), sleep(10)]);
      // The answer is an event of this execution: it comes before or after the timer, and the clock is the body's.
      expect(String(data)).toBe("text");
      if (now() === 10) contexts += 1;
    }, { ...searches, runs: 10 });
    expect(distinct).toBe(2);
    expect(contexts).toBeGreaterThanOrEqual(10);
    socket.destroy();
    server.close();
  });
});

describe("http", () => {
  function serving(io: Io, isSafe: boolean): { readonly server: http.Server; readonly balance: () => number } {
    let balance = 100;
    let last: Promise<unknown> = Promise.resolve();
    const read = io("read", () => balance);
    const write = io("write", (value: number) => void (balance = value));
    const withdraw = async (): Promise<void> => write((await read()) - 10);
    const server = http.createServer((_request, response) => {
      const done = isSafe ? last.then(withdraw) : withdraw();
      last = done;
      void done.then(() => response.end("done"));
    });
    return { server, balance: () => balance };
  }

  const spending = (isSafe: boolean, ask: (port: number) => Promise<string>): Body => async ({ io }) => {
    const { server, balance } = serving(io, isSafe);
    const port = await listening(server);
    expect(await Promise.all([ask(port), ask(port)])).toEqual(["done", "done"]);
    server.closeAllConnections();
    await closed(server);
    expect(balance()).toBe(80);
  };

  const clients = { "http.get": get, fetch: async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text() };

  it.each(Object.entries(clients))("a lost update in a server's handlers is found and replayed, asked through %s", async (_name, ask) => {
    const { failure } = await explore(spending(false, ask), { order: "production" });
    expect(failure).toMatchObject({ kind: "error", order: "production", reproduced: "5 of 5" });
  });

  it.each(Object.entries(clients))("a safe server passes, and both searches are the same, asked through %s", async (_name, ask) => {
    const first = await courses(spending(true, ask), searches);
    expect(first.distinct).toBeGreaterThan(10);
    expect(await courses(spending(true, ask), searches)).toEqual(first);
  });
});
