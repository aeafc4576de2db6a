/** Ports are ports: what Node does with them natively, it does in a body. */
import { AsyncLocalStorage } from "node:async_hooks";
import { MessageChannel as NodeChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { explore, type Body } from "heddle";
import { describe, expect, test } from "vitest";

const settings = { order: "production", runs: 300, corpus: false, leaks: "ignore" } as const;

/** What a body returns in plain JavaScript's order. */
async function under(body: () => unknown): Promise<unknown> {
  let seen: unknown;
  const { verdict, failure } = await explore(async () => {
    const saw = await body();
    seen ??= saw;
  }, { ...settings, strategy: "fifo", runs: 1 });
  expect(verdict, failure?.toString()).toBe("passed");
  return seen;
}

async function native(body: () => unknown): Promise<unknown> {
  return body();
}

async function passes(body: Body, runs: number = 300): Promise<readonly string[]> {
  const { verdict, failure, uncontrolled } = await explore(body, { ...settings, runs });
  expect(verdict, failure?.toString()).toBe("passed");
  return uncontrolled;
}

const told = (error: unknown): string => `${(error as Error).name}: ${(error as Error).message}`;
const attempt = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return told(error);
  }
};

/** Bodies that must see the same natively and in plain JavaScript's order. */
const alike: Record<string, () => unknown> = {
  "what was posted before close() is told, and then that both are closed": () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      const seen: string[] = [];
      let closed = 0;
      const note = (name: string) => (): void => {
        seen.push(name);
        closed += 1;
        // Which of the two ports tells first, Node promises to nobody.
        if (closed === 2) resolve(["posted", "message", "close 1", "close 2"].flatMap((kind) => seen.filter((line) => line.startsWith(kind))).concat(seen[0]!, seen.at(-1)!));
      };
      port1.addEventListener("close", note("close 1"));
      port2.addEventListener("close", note("close 2"));
      port2.onmessage = ({ data }: MessageEvent) => void seen.push(`message ${data}`);
      port1.postMessage(1);
      port1.postMessage({ two: 2 });
      port1.close();
      port1.postMessage("lost");
      seen.push("posted");
    }),
  "close(callback) calls back": () =>
    new Promise((resolve) => {
      const { port1 } = new NodeChannel();
      (port1.close as (callback: () => void) => void)(() => resolve("closed"));
    }).then(String, told),
  "a stopped port keeps its messages": async () => {
    const { port1, port2 } = new MessageChannel();
    const seen: unknown[] = [];
    const first = (event: MessageEvent): void => {
      seen.push(event.data);
      port2.removeEventListener("message", first);
    };
    port2.addEventListener("message", first);
    for (const value of [1, 2, 3]) port1.postMessage(value);
    port2.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push("later");
    await new Promise<void>((resolve) => {
      port2.onmessage = ({ data }) => {
        seen.push(data);
        if (data === 3) resolve();
      };
    });
    port1.close();
    return seen;
  },
  "on, once, off, prepend and emit": async () => {
    const { port1, port2 } = new NodeChannel();
    const seen: unknown[] = [];
    const gone = (value: unknown): void => void seen.push(["gone", value]);
    port2.on("message", gone);
    port2.once("message", (value) => seen.push(["once", value]));
    port2.off("message", gone);
    port2.on("odd", (value) => seen.push(["odd", value]));
    port2.emit("odd", 7);
    seen.push(port2.listenerCount("message"), port2.eventNames().length, (port2 as unknown as { hasRef: () => boolean }).hasRef());
    const last = new Promise<void>((resolve) => port2.on("message", (value) => (value === "end" ? resolve() : void seen.push(["on", value]))));
    for (const value of ["a", ["b"], "end"]) port1.postMessage(value);
    await last;
    port1.close();
    return seen;
  },
  "receiveMessageOnPort takes the next message, and the others are told": async () => {
    const { port1, port2 } = new NodeChannel();
    for (const value of [1, { two: 2 }, 3]) port1.postMessage(value);
    const seen: unknown[] = [receiveMessageOnPort(port2), receiveMessageOnPort(port2)];
    await new Promise<void>((resolve) => port2.once("message", (value) => resolve(void seen.push(value))));
    seen.push(receiveMessageOnPort(port2), attempt(() => receiveMessageOnPort({} as never)));
    port1.close();
    return seen;
  },
  "a port goes through a port with what it has not told, and is known in the event": async () => {
    const way = new MessageChannel();
    const { port1, port2 } = new MessageChannel();
    port1.postMessage("before");
    port1.postMessage(["cloned"]);
    way.port1.postMessage({ port: port2 }, [port2]);
    port1.postMessage("behind");
    const event = await new Promise<MessageEvent>((resolve) => (way.port2.onmessage = resolve));
    const { port } = event.data as { port: MessagePort };
    const seen: unknown[] = [event.ports.length, event.ports[0] === port, port === port2, port instanceof MessagePort, event.target === way.port2];
    await new Promise<void>((resolve) => {
      port.onmessage = ({ data }: MessageEvent) => {
        seen.push(data);
        if (data === "behind") resolve();
      };
    });
    seen.push(attempt(() => way.port1.postMessage(port2, [port2])));
    for (const one of [way.port1, port1]) one.close();
    return seen;
  },
  "structuredClone moves a port": async () => {
    const { port1, port2 } = new MessageChannel();
    const moved = structuredClone(port2, { transfer: [port2] });
    const answer = new Promise((resolve) => (moved.onmessage = ({ data }) => resolve(data)));
    port1.postMessage("there");
    const seen = [await answer, moved instanceof MessagePort];
    port1.close();
    return seen;
  },
  "errors are the runtime's": () => {
    const { port1, port2 } = new MessageChannel();
    const seen = [
      attempt(() => port1.postMessage(() => 1)),
      attempt(() => port1.postMessage(Symbol("s"))),
      attempt(() => (port1 as unknown as { postMessage: () => void }).postMessage()),
      attempt(() => port1.postMessage(1, [port1])),
      attempt(() => port1.postMessage(1, 5 as never)),
      attempt(() => MessagePort.prototype.postMessage.call({} as MessagePort, 1)),
      attempt(() => new (MessagePort as unknown as new () => unknown)()),
      Object.prototype.toString.call(port1),
      Object.keys(new MessageChannel()),
    ];
    port2.close();
    return seen;
  },
  "a handler's context is that of the port": async () => {
    const storage = new AsyncLocalStorage<string>();
    const { port1, port2 } = storage.run("made", () => new MessageChannel());
    const seen = new Promise((resolve) => (port2.onmessage = () => resolve(storage.getStore())));
    storage.run("posted", () => port1.postMessage(1));
    const store = await seen;
    port1.close();
    return store ?? "none";
  },
  "a broadcast channel tells its members, but not those that have left": async () => {
    const [one, two, three, left] = Array.from({ length: 4 }, () => new BroadcastChannel("ports.test"));
    const seen: string[] = [];
    const all = new Promise<void>((resolve) => {
      three!.onmessage = ({ data }: MessageEvent) => (data === "end" ? resolve() : void seen.push(`three ${data}`));
    });
    two!.addEventListener("message", (event) => void seen.push(`two ${(event as MessageEvent).data}`));
    left!.onmessage = () => void seen.push("left");
    left!.close();
    one!.postMessage("a");
    two!.postMessage("b");
    one!.postMessage("end");
    await all;
    for (const channel of [one, two, three]) channel!.close();
    return [seen.filter((line) => line.startsWith("three")), seen.includes("left"), attempt(() => left!.postMessage(1))];
  },
};

describe("as natively", () => {
  test.each(Object.entries(alike))("%s", async (_name, body) => {
    const expected = await native(body);
    expect(await under(body)).toEqual(expected);
  });
});

test("messages of two ports come in either order, those of one in theirs, and a channel made before the race is one too", async () => {
  const early = new MessageChannel();
  const orders = new Set<string>();
  await passes(async () => {
    const late = new MessageChannel();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const note = ({ data }: MessageEvent): void => void (seen.push(data as string) === 4 && resolve());
      early.port2.onmessage = note;
      late.port2.onmessage = note;
      for (const turn of [1, 2]) {
        early.port1.postMessage(`a${turn}`);
        late.port1.postMessage(`b${turn}`);
      }
    });
    orders.add(seen.join(" "));
  });
  early.port1.close();
  expect([...orders].toSorted()).toEqual(["a1 a2 b1 b2", "a1 b1 a2 b2", "a1 b1 b2 a2", "b1 a1 a2 b2", "b1 a1 b2 a2", "b1 b2 a1 a2"]);
});

test("who listens for `close` too late may miss it", async () => {
  const { verdict, failure } = await explore(async ({ io }) => {
    const { port1, port2 } = new NodeChannel();
    port1.close();
    await io("something")();
    await new Promise((resolve) => port2.once("close", resolve));
  }, settings);
  expect(verdict).toBe("failed");
  expect(failure!.kind).toBe("deadlock");
});

test("a port that a worker answers through is waited for", async () => {
  const code = 'const { workerData, parentPort } = require("node:worker_threads"); const serve = (port) => { port.on("message", (value) => port.postMessage(value + 1)); port.postMessage("hello"); }; if (workerData) serve(workerData.port); parentPort.on("message", ({ port }) => serve(port));';
  const uncontrolled = await passes(async () => {
    const worker = new Worker(code, { eval: true });
    const { port1, port2 } = new NodeChannel();
    const next = (): Promise<unknown> => new Promise((resolve) => port1.once("message", resolve));
    const hello = next();
    worker.postMessage({ port: port2 }, [port2]);
    expect(await hello).toBe("hello");
    const answer = next();
    port1.postMessage(1);
    expect(await answer).toBe(2);
    await worker.terminate();
  }, 3);
  expect(uncontrolled.join()).toMatch(/messages of workers/);
});

test("what a worker says last is heard before it ends", async () => {
  const code = 'const { parentPort } = require("node:worker_threads"); parentPort.on("message", () => { parentPort.postMessage("bye"); process.exit(3); });';
  await passes(async () => {
    const worker = new Worker(code, { eval: true });
    const seen: unknown[] = [];
    worker.on("message", (value) => seen.push(value));
    const exit = new Promise((resolve) => worker.on("exit", resolve));
    worker.postMessage("stop");
    seen.push(await exit);
    expect(seen).toEqual(["bye", 3]);
  }, 3);
});

test("a channel that a module keeps goes on working, and others are closed", async () => {
  let kept: MessageChannel | undefined;
  let dropped: MessagePort | undefined;
  let isClosed = false;
  // A closed port cannot be transferred.
  await passes(async () => {
    kept ??= new MessageChannel();
    const { port1, port2 } = kept;
    const heard = new Promise((resolve) => (port2.onmessage = ({ data }) => resolve(data)));
    const { port1: open } = new MessageChannel();
    dropped ??= open;
    isClosed ||= open !== dropped && typeof attempt(() => structuredClone(dropped, { transfer: [dropped!] })) === "string";
    const other = new MessageChannel();
    const also = new Promise((resolve) => (other.port2.onmessage = resolve));
    other.port1.postMessage(1);
    port1.postMessage("kept");
    expect(await heard).toBe("kept");
    await also;
  }, 12);
  expect(isClosed).toBe(true);
});
