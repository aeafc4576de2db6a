/** A seat in memory that threads share. `Atomics` makes one access atomic, and not two of them. */
import { fileURLToPath } from "node:url";
import type { Body } from "heddle";
import { Piscina } from "piscina";
import type { Pair } from "../pair.ts";

const WORKER = fileURLToPath(new URL("./book-worker.js", import.meta.url));

let threads: Piscina;

async function start(): Promise<void> {
  threads ??= new Piscina({ filename: WORKER, minThreads: 2, maxThreads: 2 });
  const seats = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all([1, 2].map((guest) => threads.run({ seats, guest, isExchanged: true })));
}

/** @returns whether the guest has the seat. */
type Book = (seats: Int32Array, guest: number, pay: () => Promise<void>) => Promise<boolean>;

const body =
  (book: Book): Body =>
  async ({ spawn, io }) => {
    const [pay, choose] = [io("pay"), io("seat.choose")];
    const seats = new Int32Array(new SharedArrayBuffer(4));
    const booked = await Promise.all([
      spawn("guest 1", () => book(seats, 1, pay)),
      spawn("guest 2", async () => {
        await choose();
        return book(seats, 2, pay);
      }),
    ]);
    const winners = [1, 2].filter((guest) => booked[guest - 1]);
    if (winners.join() !== String(seats[0])) throw new Error(`the seat belongs to ${seats[0]}, told so were ${winners.join(" and ")}`);
  };

/** BUG: the seat is looked at here, and taken behind the payment. Each access is atomic, the two of them are not. */
const unsafe: Body = body(async (seats, guest, pay) => {
  if (Atomics.load(seats, 0) !== 0) return false;
  await pay();
  return (await threads.run({ seats, guest, isExchanged: false })) as boolean;
});

/** The thread looks and takes in one: `Atomics.compareExchange`. Who has the seat pays. */
const safe: Body = body(async (seats, guest, pay) => {
  const isMine = (await threads.run({ seats, guest, isExchanged: true })) as boolean;
  if (isMine) await pay();
  return isMine;
});

export const sharedMemory: Pair = {
  name: "a seat in shared memory",
  parts: ["SharedArrayBuffer", "Atomics", "piscina", "node:worker_threads"],
  law: "a seat is given to one guest",
  unsafe,
  safe,
  order: "production",
  error: /told so were 1 and 2/,
  within: 50,
  runs: 20,
  isComplete: false,
  isSlow: true,
  prepare: start,
};
