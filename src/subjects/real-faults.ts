import { HeddleError } from "../engine/errors.ts";
import type { PendingEvent, Task } from "../engine/event.ts";
import { systemError, type FaultyOperation, type OperationFaults } from "../host/io/operation-faults.ts";
import type { Step } from "../host/io/step.ts";
import { wordsOf, type Faults, type Wrong } from "./faults.ts";

/**
 * What may go wrong with a step of a real operation on files, or with a connection.
 *
 * - `reject`: it fails with `EIO` before it acts.
 * - `lost-answer`: it acts, and the answer is `EIO`. (Never of an open: what it opened would be lost.)
 * - `short-write`: a write writes the first half, and says so.
 * - a code of the system's, such as `EIO`: it fails with that before it acts. `ENOSPC` only of steps that take space.
 * - `reset`, of connections (`net.Socket`, `http`, `fetch`, `response.*`): before something is told of one it is reset, at both of its ends;
 *   `ECONNRESET`, `ETIMEDOUT` and `EPIPE` are the same with that code.
 */
export type RealFault = "reject" | "lost-answer" | "short-write" | "reset" | `E${string}`;

const NAMED: readonly string[] = ["reject", "lost-answer", "short-write", "reset"];
const BREAKS: readonly string[] = ["reset", "ECONNRESET", "ETIMEDOUT", "EPIPE"];
const TAKES_SPACE: ReadonlySet<string> = new Set(["fs.write", "fs.mkdir", "fs.mkdtemp", "fs.copyFile", "fs.link", "fs.symlink", "fs.rename"]);
const OPENS: ReadonlySet<string> = new Set(["fs.open", "fs.opendir"]);

/** A part of a body that may die. */
export interface MortalProcess {
  readonly task: Task;
  isOver: boolean;
  die(): void;
}

interface Rule {
  readonly names: RegExp;
  readonly faults: readonly RealFault[];
}

/** What may go wrong with the real operations of one execution. */
export class RealFaults implements OperationFaults {
  private readonly faults: Faults;
  private readonly rules: Rule[] = [];
  private readonly processes: MortalProcess[] = [];

  constructor(faults: Faults) {
    this.faults = faults;
  }

  /** @throws HeddleError `BAD_SUBJECT` where it is no list of faults. */
  add(pattern: unknown, faults: unknown): void {
    const isRight = typeof pattern === "string" && pattern.length > 0 && Array.isArray(faults);
    if (!isRight) throw new HeddleError("BAD_SUBJECT", 'faults(pattern, list) takes names of operations and a list: faults("fs.*", ["reject", "ENOSPC"])');
    for (const fault of faults as unknown[]) {
      if (typeof fault === "string" && (NAMED.includes(fault) || /^E[A-Z0-9]+$/.test(fault))) continue;
      throw new HeddleError("BAD_SUBJECT", `faults("${pattern}", …): there is no fault ${JSON.stringify(fault) ?? String(fault)} of real operations; there are ${NAMED.map((name) => `"${name}"`).join(", ")}, and codes such as "ENOSPC"`);
    }
    const names = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
    this.rules.push({ names: new RegExp(`^${names.join(".*")}$`), faults: faults as RealFault[] });
  }

  addProcess(process: MortalProcess): void {
    this.processes.push(process);
  }

  offer(operation: FaultyOperation, request: PendingEvent, step: Step): void {
    const wrongs: Wrong[] = [];
    for (const { names, faults } of this.rules) {
      if (!names.test(operation.name) && !names.test(step.label)) continue;
      for (const fault of faults) if (isPossible(fault, step)) wrongs.push(wrongOf(fault, operation, request, step));
    }
    for (const process of this.processes) {
      if (!process.isOver && isBelow(request.task, process.task)) wrongs.push({ name: "crash", words: " was never made: the process died", act: () => process.die() });
    }
    if (wrongs.length > 0) this.faults.offerAll(request, wrongs);
  }

  offerReset(names: readonly string[], told: PendingEvent, breakOff: (code: string) => void): void {
    const faults = this.rules.flatMap((rule) => (names.some((name) => rule.names.test(name)) ? rule.faults : []));
    const codes = new Set(faults.filter((fault) => BREAKS.includes(fault)).map((fault) => (fault === "reset" ? "ECONNRESET" : fault)));
    const wrongs = [...codes].map((code): Wrong => ({ name: code, words: `: the connection broke before (${code})`, act: () => breakOff(code) }));
    if (wrongs.length > 0) this.faults.offerAll(told, wrongs);
  }

  withdraw(request: PendingEvent): void {
    this.faults.withdraw(request);
  }
}

function isPossible(fault: RealFault, { label, shorten }: Step): boolean {
  if (fault === "short-write") return shorten !== undefined;
  if (fault === "reset") return false;
  if (fault === "ENOSPC") return TAKES_SPACE.has(label);
  return fault !== "lost-answer" || !OPENS.has(label);
}

function wrongOf(fault: RealFault, operation: FaultyOperation, request: PendingEvent, step: Step): Wrong {
  if (fault === "short-write") return { name: fault, words: " was cut short", act: () => operation.shorten(request) };
  const isLost = fault === "lost-answer";
  const isCode = fault !== "reject" && !isLost;
  // A descriptor is gone even where its close has failed.
  const acts = isLost || step.label === "fs.close";
  const words = isCode ? ` failed with ${fault}` : wordsOf(isLost ? "lost-answer" : "reject");
  return { name: fault, words, act: () => operation.fail(request, systemError(isCode ? fault : "EIO", step), acts) };
}

/** Whether a task is another one, or has come of it. */
export function isBelow(task: Task | undefined, above: Task): boolean {
  for (let at = task; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}
