/** One message port of several tasks: generated questions, whose answers take different times. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import * as fc from "fast-check";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

interface Message {
  readonly id: number;
  readonly text: string;
}

type Ask = (text: string) => Promise<string>;
type Client = (port: MessagePort) => Ask;

const question = fc.record({ text: fc.constantFrom("a", "b", "c"), isHard: fc.boolean() }, { noNullPrototype: true });

const byIds: Client = (port) => {
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  port.on("message", ({ id, text }: Message) => {
    waiting.get(id)?.(text);
    waiting.delete(id);
  });
  return (text) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      port.postMessage({ id: lastId, text });
    });
};

export const port: Subject = subject<Client>({
  name: "a message port of several tasks",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(question, { minLength: 2, maxLength: 4 }),
      async (context, questions) => {
        const { spawn, io } = context;
        const { port1, port2 } = new MessageChannel();
        const work = io("work");
        const arrived: number[] = [];
        port2.on("message", async ({ id, text }: Message) => {
          arrived.push(id);
          if (text.endsWith("!")) await work();
          port2.postMessage({ id, text: `answer to ${text}` });
        });
        const ask = create(context)(port1);
        await Promise.all(
          questions.map(({ text, isHard }, index) =>
            spawn(`task ${index + 1}`, async () => {
              const own = `${text}${index}${isHard ? "!" : ""}`;
              const answer = await ask(own);
              if (answer !== `answer to ${own}`) throw new Error(`asked ${own}, told ${JSON.stringify(answer)}`);
            }),
          ),
        );
        port1.close();
        if (arrived.some((id, index) => id !== 0 && id !== index + 1)) throw new Error(`questions arrived in the order ${arrived.join()}`);
      },
      options,
    ),
  correct: () => byIds,
  mutants: {
    "the next answer is taken for one's own": () => (own) => {
      const waiting: ((text: string) => void)[] = [];
      own.on("message", ({ text }: Message) => waiting.shift()?.(text));
      return (text) =>
        new Promise((resolve) => {
          waiting.push(resolve);
          own.postMessage({ id: 0, text });
        });
    },
    "one question waits in a field": () => (own) => {
      let wait: ((text: string) => void) | undefined;
      own.on("message", ({ text }: Message) => wait?.(text));
      return (text) =>
        new Promise((resolve) => {
          wait = resolve;
          own.postMessage({ id: 0, text });
        });
    },
  },
});
