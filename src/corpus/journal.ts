import { dirname } from "node:path";
import { encodeSeed } from "../engine/seed.ts";
import type { OrderName, Scope } from "../engine/options.ts";
import { scheduleOf } from "../engine/schedule.ts";
import { disk } from "./disk.ts";

/** What is explored, as far as a seed needs it. */
export interface JournalSubject {
  /** The test's name, with the names of its suites; empty where it has none. */
  readonly test: string;
  /** What its seeds carry of it: 16 bits. */
  readonly mark: number;
  readonly scope: Scope;
  /** Virtual ms; may be infinite. */
  readonly latencyMs: number;
  /** See `SeedContent`. */
  readonly delaysAddUp: boolean;
  /** See `SeedContent`. */
  readonly timersMayBeLate: boolean;
  /** Seeds the body's own randomness: 32 bits. */
  readonly randomness: number;
  /** How to run the test again, without the seed in front of it; empty where that is not known. */
  readonly command: string;
}

/**
 * Writes down the schedule that is being tried, while it is tried: if the body hangs the process, ends it or has it
 * run out of memory, the schedule that did so is on the disk. What is written survives the process, though not a power
 * failure.
 */
export interface Journal {
  /** An exploration begins. */
  open(subject: JournalSubject): void;
  /** An execution begins. */
  begin(order: OrderName): void;
  /** It takes the legal event at `index` (1 or more), and not the one that plain JavaScript would have taken. */
  deviate(decision: number, index: number): void;
  /** The exploration is over, and nothing is being tried. */
  close(): void;
}

/** What a process was trying. */
export interface JournalEntry {
  readonly test: string;
  readonly command: string;
  /** Replays the execution that was under way, as far as it had come. */
  readonly seed: string;
  /** The number of that execution, from 1: if it and `deviations` stand still, so does the process. */
  readonly execution: number;
  readonly deviations: number;
}

/*
 * The file: a line of JSON, the subject; a line for the execution; a line for each deviation. All but the first have a
 * fixed width, so that each is one write at a known place and nothing is ever moved or cut off. What is left of an
 * earlier execution is told by its number.
 */
const EXECUTION_WIDTH = 32;
const DEVIATION_WIDTH = 40;

/** A journal in a file. Each call writes at once, which takes about a microsecond. */
export class FileJournal implements Journal {
  private readonly descriptor: number;
  private start = 0;
  private at = 0;
  private execution = 0;

  /** @throws the error of the file system. */
  constructor(path: string) {
    disk.mkdirSync(dirname(path), { recursive: true });
    this.descriptor = disk.openSync(path, "w");
  }

  open(subject: JournalSubject): void {
    const latencyMs = subject.latencyMs === Number.POSITIVE_INFINITY ? "Infinity" : subject.latencyMs;
    const line = Buffer.from(`${JSON.stringify({ ...subject, latencyMs })}\n`);
    // Nothing is being tried until the next execution says so.
    disk.ftruncateSync(this.descriptor, 0);
    disk.writeSync(this.descriptor, line, 0, line.length, 0);
    this.start = line.length;
    this.execution = 0;
  }

  begin(order: OrderName): void {
    this.execution += 1;
    this.at = this.start + EXECUTION_WIDTH;
    disk.writeSync(this.descriptor, fixed(`${this.execution} ${order}`, EXECUTION_WIDTH), this.start);
  }

  deviate(decision: number, index: number): void {
    disk.writeSync(this.descriptor, fixed(`${this.execution} ${decision} ${index}`, DEVIATION_WIDTH), this.at);
    this.at += DEVIATION_WIDTH;
  }

  close(): void {
    disk.ftruncateSync(this.descriptor, 0);
  }

  /** Gives the file back. */
  dispose(): void {
    disk.closeSync(this.descriptor);
  }
}

function fixed(text: string, width: number): string {
  return `${text.padEnd(width - 1)}\n`;
}

/**
 * What the process that keeps this journal is trying, or was when it died.
 * @returns nothing where nothing is being tried.
 * @throws the error of the file system.
 */
export function readJournal(path: string): JournalEntry | undefined {
  const [first = "", second = "", ...rest] = disk.readFileSync(path, "utf8").split("\n");
  const [execution, order] = second.trim().split(" ");
  if (execution === undefined || order === undefined) return undefined;
  const subject = subjectOf(first);
  const choices: number[] = [];
  for (const line of rest) {
    const [of, decision, index] = line.trim().split(" ");
    if (of !== execution || decision === undefined || index === undefined) break;
    choices.push(Number(decision), Number(index));
  }
  const { test, mark, command, scope, latencyMs, delaysAddUp, timersMayBeLate, randomness } = subject;
  const content = { order: order as OrderName, scope, latencyMs, delaysAddUp: delaysAddUp && order === "latency", timersMayBeLate: timersMayBeLate && order === "latency", randomness, test: mark, schedule: scheduleOf(choices) };
  return { test, command, seed: encodeSeed(content), execution: Number(execution), deviations: choices.length / 2 };
}

/** JSON has no infinity: `FileJournal` writes its name. */
function subjectOf(line: string): JournalSubject {
  const subject = JSON.parse(line) as Omit<JournalSubject, "latencyMs"> & { readonly latencyMs: number | "Infinity" };
  return { ...subject, latencyMs: Number(subject.latencyMs) };
}
