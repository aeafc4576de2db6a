/** A value that is loaded by several event loops, and whose changes are broadcast: generated changes, and nodes that come and go. */
import * as fc from "fast-check";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

interface Node {
  readonly version: () => number;
  leave(): void;
}

type Join = (load: () => Promise<number>) => Promise<Node>;

function listen(hear: (version: number) => void): () => void {
  const channel = new BroadcastChannel("news");
  channel.onmessage = ({ data }) => hear(data as number);
  return () => channel.close();
}

const atMs = fc.constantFrom(0, 30, 60, 90);

export const news: Subject = subject<Join>({
  name: "a value whose changes are broadcast",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(atMs, { minLength: 1, maxLength: 3 }),
      fc.array(atMs, { minLength: 1, maxLength: 2 }),
      async (context, joins, changes) => {
        const { spawn, io, sleep } = context;
        let stored = 1;
        const load = io("load", () => stored);
        const join = create(context);
        const publisher = new BroadcastChannel("news");
        const nodes = joins.map((delayMs, index) => spawn(`node ${index + 1}`, async () => (await sleep(delayMs), join(load))));
        await Promise.all(
          changes.map((delayMs, index) =>
            spawn(`change ${index + 1}`, async () => {
              await sleep(delayMs);
              stored += 1;
              publisher.postMessage(stored);
            }),
          ),
        );
        const joined = await Promise.all(nodes);
        await sleep(1000); // What has been sent has arrived.
        const versions = joined.map(({ version }) => version());
        publisher.close();
        for (const { leave } of joined) leave();
        if (versions.some((version) => version !== stored)) throw new Error(`version ${stored} is published, the nodes have ${versions.join()}`);
      },
      options,
    ),
  correct: () => async (load) => {
    let version = 0;
    const hear = (next: number): number => (version = Math.max(version, next));
    const leave = listen(hear);
    hear(await load());
    return { version: () => version, leave };
  },
  mutants: {
    "it listens when it has loaded": () => async (load) => {
      let version = await load();
      const leave = listen((next) => (version = next));
      return { version: () => version, leave };
    },
    "an old answer replaces what it has heard": () => async (load) => {
      let version = 0;
      const leave = listen((next) => (version = next));
      version = await load();
      return { version: () => version, leave };
    },
  },
});
