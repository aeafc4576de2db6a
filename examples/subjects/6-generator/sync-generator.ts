/** A synchronous generator of several tasks: it cannot be entered while it runs, by a listener that it calls either. */
import { EventEmitter } from "node:events";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Listen = (stock: EventEmitter, draw: () => void) => void;

function* ticketsOf(stock: EventEmitter): Generator<number, undefined> {
  for (let left = 4; left > 0; left -= 1) {
    stock.emit("left", left - 1);
    yield 5 - left;
  }
  return undefined;
}

const body =
  (listen: Listen): Body =>
  async ({ spawn, io }) => {
    const stock = new EventEmitter();
    const tickets = ticketsOf(stock);
    const [sell, load] = [io("sell"), io("watcher.load")];
    const drawn: number[] = [];
    const draw = (): void => {
      const { value } = tickets.next();
      if (value !== undefined) drawn.push(value);
    };
    await Promise.all([
      spawn("counter", async () => {
        for (let times = 0; times < 2; times += 1) {
          await sell();
          draw();
        }
      }),
      // It keeps the last ticket but one for itself.
      spawn("watcher", async () => {
        for (let times = 0; times < 3; times += 1) await load();
        listen(stock, draw);
      }),
    ]);
    const expected = Array.from(drawn, (_none, index) => index + 1);
    if (drawn.join() !== expected.join()) throw new Error(`drawn: ${drawn.join()}`);
  };

/** BUG: the generator tells its listener while it runs, and the listener asks it for more. */
const unsafe: Body = body((stock, draw) => void stock.on("left", (left: number) => left === 2 && draw()));

/** The listener asks when the generator has come to its `yield`. */
const safe: Body = body((stock, draw) => void stock.on("left", (left: number) => left === 2 && queueMicrotask(draw)));

export const syncGenerator: Pair = {
  name: "a synchronous generator and its listener",
  parts: ["Generator", "node:events"],
  law: "each value goes to one consumer, in order",
  unsafe,
  safe,
  order: "production",
  error: /already running/,
  within: 20,
  runs: 1000,
  isComplete: true,
};
