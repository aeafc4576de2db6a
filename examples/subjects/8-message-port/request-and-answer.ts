/** Questions and answers over one message port: answers come in the order in which the work is done. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

interface Message {
  readonly id: number;
  readonly text: string;
}

type Ask = (text: string) => Promise<string>;

const body =
  (client: (port: MessagePort) => Ask): Body =>
  async ({ spawn, io }) => {
    const { port1, port2 } = new MessageChannel();
    const work = io("work", (text: string) => `answer to ${text}`);
    port2.addEventListener("message", async function answer({ data }: MessageEvent<Message>) {
      port2.postMessage({ id: data.id, text: await work(data.text) });
    });
    port2.start();
    const ask = client(port1);
    const answers = await Promise.all([spawn("A", () => ask("A")), spawn("B", () => ask("B"))]);
    port1.close();
    if (answers.join() !== "answer to A,answer to B") throw new Error(`A and B were told: ${answers.join()}`);
  };

/** BUG: takes the next answer for its own. */
const unsafe: Body = body((port) => {
  const waiting: ((text: string) => void)[] = [];
  port.addEventListener("message", ({ data }: MessageEvent<Message>) => waiting.shift()?.(data.text));
  port.start();
  return (text) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port.postMessage({ id: 0, text });
    });
});

const safe: Body = body((port) => {
  const waiting = new Map<number, (text: string) => void>();
  port.addEventListener("message", ({ data }: MessageEvent<Message>) => waiting.get(data.id)?.(data.text));
  port.start();
  let lastId = 0;
  return (text) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      port.postMessage({ id: lastId, text });
    });
});

export const requestAndAnswer: Pair = {
  name: "questions over one port",
  parts: ["MessageChannel"],
  law: "each answer goes to its question",
  unsafe,
  safe,
  order: "production",
  error: /were told: answer to B,answer to A/,
  within: 20,
  runs: 300,
  isComplete: true,
};
