/** A value that is loaded, and whose changes are broadcast: between the two somebody may change it. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Load = () => Promise<number>;

interface Node {
  readonly version: () => number;
  close(): void;
}

const body =
  (join: (load: Load) => Promise<Node>): Body =>
  async ({ spawn, io, sleep }) => {
    let stored = 1;
    const load = io("config.load", () => stored);
    const node = spawn("node", () => join(load));
    await spawn("publisher", async () => {
      await sleep(50);
      stored += 1;
      const channel = new BroadcastChannel("config");
      channel.postMessage(stored);
      await sleep(200);
      channel.close();
    });
    const { version, close } = await node;
    close();
    if (version() !== stored) throw new Error(`version ${stored} is published, the node has version ${version()}`);
  };

function subscribe(listener: (version: number) => void): BroadcastChannel {
  const channel = new BroadcastChannel("config");
  channel.onmessage = ({ data }) => listener(data as number);
  return channel;
}

/** BUG: what is broadcast while the value is being loaded is heard by nobody. */
const unsafe: Body = body(async (load) => {
  let version = await load();
  const channel = subscribe((next) => (version = next));
  return { version: () => version, close: () => channel.close() };
});

/** It listens first, and an old answer does not replace what it has heard. */
const safe: Body = body(async (load) => {
  let version = 0;
  const hear = (next: number): number => (version = Math.max(version, next));
  const channel = subscribe(hear);
  hear(await load());
  return { version: () => version, close: () => channel.close() };
});

export const broadcast: Pair = {
  name: "a value whose changes are broadcast",
  parts: ["BroadcastChannel"],
  law: "nobody keeps an old version",
  unsafe,
  safe,
  order: "production",
  error: /the node has version 1/,
  within: 20,
  runs: 200,
  isComplete: true,
};
