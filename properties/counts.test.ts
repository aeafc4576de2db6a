/** "complete, none of all N orders": N is the number of orders that there are, and none is tried twice. */
import fc from "fast-check";
import { explore, type Body } from "heddle";
import { describe, expect, it } from "vitest";
import { cases, law } from "./support/cases.ts";
import { lineOf, loopPrograms, play } from "./support/loop-program.ts";
import { freshGlobals } from "./support/runs.ts";

interface Access {
  readonly isWrite: boolean;
  readonly place: number;
}

/** Tasks that read and write places of one array, each access a step of its own. */
const tasks: fc.Arbitrary<readonly (readonly Access[])[]> = fc.array(
  fc.array(fc.record({ isWrite: fc.boolean(), place: fc.nat(2) }), { minLength: 1, maxLength: 3 }),
  { minLength: 2, maxLength: 3 },
);

/** What tells two orders of the same accesses apart: which write each read has seen, and the order of the writes. */
class Log {
  private readonly writes: string[][] = [[], [], [], [], []];
  private readonly reads: string[] = [];

  read(task: string, place: number): void {
    this.reads.push(`${task} reads ${place} after ${this.writes[place]!.length}`);
  }

  write(task: string, place: number): void {
    this.writes[place]!.push(task);
  }

  get key(): string {
    return JSON.stringify([this.writes, [...this.reads].sort()]);
  }
}

async function countsOf(body: (log: Log) => Body): Promise<{ readonly all: number; readonly told: number; readonly distinct: number }> {
  freshGlobals();
  const run = async (independence: object): Promise<{ readonly keys: number; readonly distinct: number; readonly summary: string }> => {
    const logs: Log[] = [];
    const traced: Body = (context) => {
      const log = new Log();
      logs.push(log);
      return body(log)(context);
    };
    const { complete, distinct, summary } = await explore(traced, { order: "latency", scope: "all", strategy: "exhaustive", runs: 20_000, ...independence });
    expect(complete).toBe(true);
    return { keys: new Set(logs.map(({ key }) => key)).size, distinct, summary };
  };
  const [whole, reduced] = [await run({}), await run({ independence: "declared" })];
  const told = /all ([\d,]+) orders/.exec(reduced.summary)?.[1]?.replaceAll(",", "") ?? "1";
  return { all: whole.keys, told: Number(told), distinct: reduced.distinct };
}

describe("the number of orders of the declared accesses", () => {
  it("is that of the orders that are told apart in all interleavings", law(), async () => {
    await fc.assert(
      fc.asyncProperty(tasks, async (program) => {
        const { all, told, distinct } = await countsOf((log) => ({ shared, spawn }) => {
          const places = shared([0, 0, 0]);
          for (const [index, accesses] of program.entries()) {
            spawn(`task ${index}`, async () => {
              for (const { isWrite, place } of accesses) {
                await Promise.resolve();
                if (isWrite) places[place] = index;
                else void places[place];
                log[isWrite ? "write" : "read"](`${index}`, place);
              }
            });
          }
        });
        expect({ told, distinct }).toEqual({ told: all, distinct: all });
      }),
      cases(60),
    );
  });

  it.each([[2, 5], [3, 12]])("is true where an order is begun and given up: last zero of %i", async (size, orders) => {
    const counts = await countsOf((log) => ({ shared, spawn }) => {
      const array = shared(Array.from({ length: size + 1 }, () => 0));
      for (let index = 0; index < size; index += 1) {
        spawn(`writer ${index}`, async () => {
          await Promise.resolve();
          log.read(`writer ${index}`, index);
          const before = array[index]!;
          await Promise.resolve();
          log.write(`writer ${index}`, index + 1);
          array[index + 1] = before + 1;
        });
      }
      spawn("reader", async () => {
        for (let index = size; ; index -= 1) {
          await Promise.resolve();
          log.read("reader", index);
          if (array[index] === 0) return;
        }
      });
    });
    expect(counts).toEqual({ all: orders, told: orders, distinct: orders });
  });
});

describe("the number of interleavings under production", () => {
  it("is that of the logs of timers, immediates and I/O, and none is tried twice", law(), async () => {
    await fc.assert(
      fc.asyncProperty(loopPrograms(false), async (program) => {
        freshGlobals();
        const lines: string[] = [];
        const { complete, runs, distinct } = await explore(
          async ({ io }) => {
            const entries = await play(program, { io: (id, act) => io(id, act)(), file: () => Promise.resolve(), fileCallback: () => undefined, now: () => 0 });
            lines.push(lineOf(entries));
          },
          { order: "production", strategy: "exhaustive", runs: 300 },
        );
        fc.pre(complete);
        expect({ runs, distinct }).toEqual({ runs: new Set(lines).size, distinct: new Set(lines).size });
      }),
      cases(60),
    );
  });
});
