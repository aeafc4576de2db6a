/** One promise awaited by many tasks, and subscribed to by callbacks: all are told, each once. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

interface Future {
  then(tell: (value: string) => void): unknown;
}

/** A future of one's own. It is settled when all have been told: who subscribes meanwhile falls between. */
class HandMade implements Future {
  private readonly waiting: ((value: string) => void)[] = [];
  private value: string | undefined;

  constructor(load: () => Promise<string>, notify: () => Promise<void>) {
    void this.settle(load, notify);
  }

  then(tell: (value: string) => void): void {
    if (this.value === undefined) this.waiting.push(tell);
    else tell(this.value);
  }

  private async settle(load: () => Promise<string>, notify: () => Promise<void>): Promise<void> {
    const value = await load();
    for (const tell of this.waiting.splice(0)) tell(value);
    await notify();
    this.value = value;
  }
}

const body =
  (make: (load: () => Promise<string>, notify: () => Promise<void>) => Future): Body =>
  async ({ spawn, io, sleep }) => {
    const told = new Map<string, number>();
    const tell = (name: string) => (): void => void told.set(name, (told.get(name) ?? 0) + 1);
    const future = make(io("config.load", () => "config"), io("log.write"));
    const other = io("session.load");

    future.then(tell("early callback"));
    future.then(tell("another callback"));
    const early = spawn("early task", async () => {
      await future;
      tell("early task")();
    });
    const late = spawn("late task", async () => {
      for (let times = 0; times < 3; times += 1) await other();
      await future;
      tell("late task")();
    });
    await Promise.all([early, late]);
    await sleep(1000); // The callbacks have their time as well.
    const counts = [...told.values()];
    if (counts.length !== 4 || counts.some((count) => count !== 1)) throw new Error(`told: ${JSON.stringify([...told])}`);
  };

const unsafe: Body = body((load, notify) => new HandMade(load, notify));

const safe: Body = body((load, notify) => {
  const loading = async (): Promise<string> => {
    const value = await load();
    await notify();
    return value;
  };
  return loading();
});

export const everybodyIsTold: Pair = {
  name: "one promise, awaited and subscribed to",
  parts: ["Promise"],
  law: "all are told, each once",
  unsafe,
  safe,
  order: "production",
  error: /deadlock/,
  kind: "deadlock",
  within: 20,
  runs: 500,
  isComplete: true,
};
