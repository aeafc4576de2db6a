import type { RunnerTask, RunnerTestCase } from "vitest";

type Pack = [id: string, result: RunnerTask["result"], meta: RunnerTask["meta"]];
type EventPack = [id: string, event: string, data: undefined];
type Send = (packs: Pack[], events: EventPack[]) => unknown;

/**
 * vitest's messages about its tasks. Those about a test's executions are kept back, and they may come late, as vitest
 * collects them: reporters hear that the test began, how far it is, and what came of it.
 */
export class Updates {
  private readonly runner: { onTaskUpdate?: unknown };
  private native: Send | undefined = undefined;
  /** Tests that are told of here, and not by vitest. */
  private readonly held: Set<string> = new Set();
  private readonly sent: unknown[] = [];
  /** What is told of others while executions run: it would be sent from within one. */
  private queued: (readonly [packs: Pack[], events: EventPack[]])[] | undefined = undefined;

  constructor(runner: object) {
    this.runner = runner;
  }

  /** Keeps back what is said of a test, until the function that it returns is called. */
  hold(test: RunnerTestCase): () => void {
    this.install();
    this.held.add(test.id);
    this.queued = [];
    void this.native!([[test.id, { state: "run", startTime: test.result?.startTime ?? 0 }, test.meta]], [[test.id, "test-prepare", undefined]]);
    return () => {
      const others = this.queued ?? [];
      this.queued = undefined;
      this.sent.push(...others.map(([packs, events]) => this.native!(packs, events)), this.native!([[test.id, test.result, test.meta]], [[test.id, "test-finished", undefined]]));
    };
  }

  /** All that was told is heard: a worker may end with its last test. */
  async arrived(): Promise<void> {
    await Promise.all(this.sent.splice(0));
  }

  /** Sends a test's `meta` as it is now. */
  send(test: RunnerTestCase): void {
    void this.native?.([[test.id, { state: "run", startTime: 0 }, test.meta]], []);
  }

  private install(): void {
    if (this.native !== undefined) return;
    const native = this.runner.onTaskUpdate as Send;
    this.native = native;
    this.runner.onTaskUpdate = (packs: Pack[], events: EventPack[]): unknown => {
      const isOther = ([id]: readonly [string, ...unknown[]]): boolean => !this.held.has(id);
      const told = [packs.filter(isOther), events.filter(isOther)] as const;
      if (told[0].length === 0 && told[1].length === 0) return undefined;
      if (this.queued === undefined) return native(...told);
      this.queued.push(told);
      return undefined;
    };
  }
}
