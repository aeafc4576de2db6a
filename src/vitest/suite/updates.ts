import type { RunnerTask, RunnerTestCase } from "vitest";

type Pack = [id: string, result: RunnerTask["result"], meta: RunnerTask["meta"]];
type EventPack = [id: string, event: string, data: undefined];
type Send = (packs: Pack[], events: EventPack[]) => unknown;

/**
 * vitest's messages about its tasks. While a test is explored those about its executions are kept back: reporters hear
 * that it began, how far it is, and what came of it.
 */
export class Updates {
  private readonly runner: { onTaskUpdate?: unknown };
  private native: Send | undefined = undefined;

  constructor(runner: object) {
    this.runner = runner;
  }

  /** Keeps back what is said of a test, until the function that it returns is called: it is done when all is told. */
  hold(test: RunnerTestCase): () => Promise<void> {
    const native = this.runner.onTaskUpdate as Send;
    this.native = native;
    const queued: { readonly packs: Pack[]; readonly events: EventPack[] }[] = [];
    this.runner.onTaskUpdate = (packs: Pack[], events: EventPack[]): void => {
      const others = (pack: readonly [string, ...unknown[]]): boolean => pack[0] !== test.id;
      queued.push({ packs: packs.filter(others), events: events.filter(others) });
    };
    void native([[test.id, { state: "run", startTime: test.result?.startTime ?? 0 }, test.meta]], [[test.id, "test-prepare", undefined]]);
    return async () => {
      this.runner.onTaskUpdate = native;
      this.native = undefined;
      const others = queued.filter(({ packs, events }) => packs.length > 0 || events.length > 0);
      // A worker may end with its last test, and what it has not told by then is never heard.
      await Promise.all(others.map(({ packs, events }) => native(packs, events)));
      await native([[test.id, test.result, test.meta]], [[test.id, "test-finished", undefined]]);
    };
  }

  /** Sends a test's `meta` as it is now. */
  send(test: RunnerTestCase): void {
    void this.native?.([[test.id, { state: "run", startTime: 0 }, test.meta]], []);
  }
}
