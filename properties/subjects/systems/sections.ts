/** Code between two awaits: generated programs, whose sections are entered by every way that JavaScript has. */
import { EventEmitter } from "node:events";
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

type Entrance = "call" | "getter" | "iterator" | "callback" | "listener" | "tick" | "microtask" | "then" | "sort";

interface Visit {
  readonly entrance: Entrance;
  readonly pause: "io" | "sleep" | "value" | "none";
}

/** Enters a section and leaves it. */
type Section = (enter: () => void, leave: () => void) => unknown;

const visit: fc.Arbitrary<Visit> = fc.record(
  { entrance: fc.constantFrom<Entrance>("call", "getter", "iterator", "callback", "listener", "tick", "microtask", "then", "sort"), pause: fc.constantFrom<Visit["pause"]>("io", "sleep", "value", "none") },
  { noNullPrototype: true },
);

/** @returns what is over when the section has been left. */
function enterBy(entrance: Entrance, section: () => unknown): unknown {
  let left: unknown;
  const enter = (): number => ((left = section()), 0);
  const later = (schedule: (run: () => void) => void): Promise<unknown> => new Promise((resolve, reject) => schedule(() => void Promise.resolve(section()).then(resolve, reject)));
  switch (entrance) {
    case "call":
      return section();
    case "getter":
      return { get left() { return section(); } }.left;
    case "iterator":
      for (const one of (function* () { yield section(); })()) left = one;
      return left;
    case "callback":
      return [0].map(enter) && left;
    case "listener":
      new EventEmitter().once("enter", enter).emit("enter");
      return left;
    case "sort":
      return [0, 1].sort(() => (left === undefined ? enter() : 0)) && left;
    case "tick":
      return later((run) => process.nextTick(run));
    case "microtask":
      return later((run) => queueMicrotask(run));
    case "then":
      return Promise.resolve().then(section);
  }
}

export const sections: Subject = subject<(context: BodyContext) => Section>({
  name: "code between two awaits",
  specified: "an invariant",
  property: (create, options) =>
    raceProperty(
      fc.array(fc.array(visit, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
      async (context, tasks) => {
        const { spawn, io, sleep } = context;
        const pause = io("pause");
        const section = create(context)(context);
        let insiders = 0;
        const enter = (): void => {
          insiders += 1;
          if (insiders > 1) throw new Error("two tasks are in the section");
        };
        const leave = (): void => void (insiders -= 1);
        await Promise.all(
          tasks.map((visits, index) =>
            spawn(`task ${index + 1}`, async () => {
              for (const { entrance, pause: kind } of visits) {
                if (kind === "io") await pause();
                if (kind === "sleep") await sleep(1);
                if (kind === "value") await undefined;
                await enterBy(entrance, () => section(enter, leave));
              }
            }),
          ),
        );
      },
      options,
    ),
  correct: () => () => (enter, leave) => {
    enter();
    for (let turn = 0; turn < 10; turn += 1) JSON.stringify({ turn });
    leave();
  },
  mutants: {
    "an await in its midst": () => ({ io }) => {
      const audit = io("audit");
      return async (enter, leave) => {
        enter();
        await audit();
        leave();
      };
    },
  },
});
