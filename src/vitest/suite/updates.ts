import type { RunnerTask, RunnerTestCase, RunnerTestFile } from "vitest";
import { isAfresh } from "./fresh-file.ts";

type Pack = [id: string, result: RunnerTask["result"], meta: RunnerTask["meta"]];
type EventPack = [id: string, event: string, data: undefined];
type Send = (packs: Pack[], events: EventPack[]) => unknown;

/** A test of which vitest's messages are kept back. */
export interface Held {
  /** What is told of others is sent again, until the test goes on. */
  readonly pause: () => void;
  readonly goOn: () => void;
  /** All is told, the test's result included. */
  readonly end: () => void;
}

/**
 * vitest's messages about its tasks. Those about a test's executions are kept back, and they may come late, as vitest
 * collects them: reporters hear that the test began, how far it is, and what came of it. Of what is evaluated afresh they hear nothing.
 */
export class Updates {
  private readonly runner: { onTaskUpdate?: unknown };
  private native: Send | undefined = undefined;
  /** Tasks that are told of here, and not by vitest. */
  private readonly held: Set<string> = new Set();
  private readonly sent: unknown[] = [];
  /** What is told of others while executions run: it would be sent from within one. */
  private queued: (readonly [packs: Pack[], events: EventPack[]])[] | undefined = undefined;

  constructor(runner: object) {
    this.runner = runner;
  }

  /** Keeps back what is said of a test. */
  hold(test: RunnerTestCase): Held {
    this.install();
    this.held.add(test.id);
    this.queued = [];
    void this.native!([[test.id, { state: "run", startTime: test.result?.startTime ?? 0 }, test.meta]], [[test.id, "test-prepare", undefined]]);
    const pause = (): void => {
      const others = this.queued ?? [];
      this.queued = undefined;
      this.sent.push(...others.map(([packs, events]) => this.native!(packs, events)));
    };
    const goOn = (): void => {
      this.queued ??= [];
    };
    const end = (): void => {
      pause();
      this.sent.push(this.native!([[test.id, test.result, test.meta]], [[test.id, "test-finished", undefined]]));
    };
    return { pause, goOn, end };
  }

  /** Keeps back what is said of a file, as some of its tests go on: until the function that it returns is called. */
  holdFile(file: RunnerTestFile): () => void {
    this.held.add(file.id);
    return () => void this.sent.push(this.native!([[file.id, file.result, file.meta]], [[file.id, "suite-finished", undefined]]));
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
      const isOther = ([id]: readonly [string, ...unknown[]]): boolean => !this.held.has(id) && !isAfresh(id);
      const told = [packs.filter(isOther), events.filter(isOther)] as const;
      if (told[0].length === 0 && told[1].length === 0) return undefined;
      if (this.queued === undefined) return native(...told);
      this.queued.push(told);
      return undefined;
    };
  }
}
