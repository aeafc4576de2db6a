import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { natives, realNow } from "../host/natives.ts";
import { testKey } from "../vitest/suite/settings.ts";
import { shownDuration } from "./duration.ts";
import { Journals } from "./journals.ts";
import { lostTest, type Loss } from "./lost-test.ts";
import type { Collected, RoundMessage, RoundRequest, RoundTest } from "./messages.ts";

const ROUND: string = fileURLToPath(new URL("./round.js", import.meta.url));
const LOOK_EVERY_MS = 200;
/** While no test is under way vitest starts, transforms and collects: that may take a while. */
const STARTING = 6;

/** How a round ended. */
export type RoundEnd =
  /** `unfinished` tests have taken their worker with them. */
  | { readonly how: "done"; readonly errors: readonly string[]; readonly unloaded: readonly string[]; readonly unfinished: readonly RoundTest[] }
  /** Nothing was heard of these tests for too long, or of the round as a whole (none is named). */
  | { readonly how: "stuck"; readonly tests: readonly RoundTest[] }
  /** The process is gone, with these tests under way. */
  | { readonly how: "died"; readonly unfinished: readonly RoundTest[]; readonly output: string }
  | { readonly how: "cannot run"; readonly text: string }
  | { readonly how: "interrupted" };

/** Tests that hang, or that took their process with them. */
export function lostIn(end: RoundEnd): readonly RoundTest[] {
  if (end.how === "stuck") return end.tests;
  return end.how === "done" || end.how === "died" ? end.unfinished : [];
}

export interface RoundWatcher {
  readonly journals: Journals;
  readonly stuckMs: number;
  readonly interrupted: AbortSignal;
  readonly onState: (tests: readonly RoundTest[], collected: Collected) => void;
}

interface Underway {
  readonly test: RoundTest;
  readonly heardAt: number;
}

/** Makes a round, with journals of its own. */
export async function runRound(request: Omit<RoundRequest, "journals">, watcher: Omit<RoundWatcher, "journals">): Promise<RoundEnd> {
  const journals = new Journals();
  try {
    return await new WatchedRound({ ...request, journals: journals.folder }, { ...watcher, journals }).run();
  } finally {
    journals.dispose();
  }
}

/** Runs vitest in a process of its own, which is killed with all its workers if nothing is heard of it. */
class WatchedRound {
  private readonly watcher: RoundWatcher;
  private readonly child: ChildProcess;
  private readonly order: RoundRequest["settings"]["order"];
  private readonly underway = new Map<string, Underway>();
  private readonly output: string[] = [];
  private heardAt: number = realNow();
  private end: RoundEnd | undefined = undefined;

  constructor(request: RoundRequest, watcher: RoundWatcher) {
    this.watcher = watcher;
    this.order = request.settings.order;
    // A group of its own: the terminal's Ctrl-C is for the one who watches, and all of it can be killed at once.
    this.child = fork(ROUND, { cwd: request.cwd, detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [], serialization: "advanced" });
    this.child.send(request);
  }

  run(): Promise<RoundEnd> {
    const { child } = this;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (chunk) => {
        this.output.push(String(chunk));
        if (this.output.length > 50) this.output.shift();
      });
    }
    return new Promise((resolve) => {
      const timer = natives.setInterval.call(globalThis, () => this.look(), LOOK_EVERY_MS);
      const interrupt = (): void => this.stop({ how: "interrupted" });
      this.watcher.interrupted.addEventListener("abort", interrupt);
      child.on("message", (message) => this.hear(message as RoundMessage));
      child.on("error", (error) => this.stop({ how: "cannot run", text: error.message }));
      child.on("close", () => {
        natives.clearInterval.call(globalThis, timer as never);
        this.watcher.interrupted.removeEventListener("abort", interrupt);
        resolve(this.end ?? { how: "died", unfinished: this.unfinished, output: this.output.join("") });
      });
    });
  }

  private get unfinished(): readonly RoundTest[] {
    return [...this.underway.values()].map(({ test }) => this.lost(test, { what: "it ended its process", isSilent: false }));
  }

  private lost(test: RoundTest, how: Loss): RoundTest {
    return lostTest(test, how, this.watcher.journals.of(test.name), this.order);
  }

  private hear(message: RoundMessage): void {
    if (message.type === "done") this.end ??= { how: "done", errors: message.errors, unloaded: message.unloaded, unfinished: this.unfinished };
    if (message.type === "cannot run") this.end ??= { how: "cannot run", text: message.text };
    if (message.type !== "state") return;
    const now = realNow();
    for (const test of message.tests) {
      this.heardAt = now;
      const key = testKey(test.file, test.name);
      if (test.report.verdict === "exploring") this.underway.set(key, { test, heardAt: now });
      else this.underway.delete(key);
    }
    this.watcher.onState(message.tests, message.collected);
  }

  private look(): void {
    if (this.end !== undefined) return;
    const { stuckMs } = this.watcher;
    const now = realNow();
    const stuck = [...this.underway.values()].filter(({ heardAt }) => now - heardAt >= stuckMs);
    const isSilent = this.underway.size === 0 && now - this.heardAt >= stuckMs * STARTING;
    if (stuck.length === 0 && !isSilent) return;
    const what = `no sign of life for ${shownDuration(stuckMs)}: a synchronous loop without an end?`;
    this.stop({ how: "stuck", tests: stuck.map(({ test }) => this.lost(test, { what, isSilent: true })) });
  }

  private stop(end: RoundEnd): void {
    this.end ??= end;
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // No groups here, or it is gone already.
      this.child.kill("SIGKILL");
    }
  }
}
