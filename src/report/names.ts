/** What things are called in reports: tasks, events, members. */
import type { EventKind } from "../engine/event.ts";
import { cells, cut, oneLine } from "./layout.ts";
import type { Note, Timeline } from "./timeline.ts";

/** The name of each task, made unique by its path where two tasks run one function. */
export function taskNames(timeline: Timeline): readonly string[] {
  const plain = timeline.tasks.map((task) => oneLine(task.name) || oneLine(task.path) || "task");
  const times = new Map<string, number>();
  for (const name of plain) times.set(name, (times.get(name) ?? 0) + 1);
  return plain.map((name, index) => {
    const path = oneLine(timeline.tasks[index]?.path ?? "");
    return times.get(name) === 1 || path === "" || path === name ? name : `${name} (${path})`;
  });
}

/** A task's name, also where the timeline doesn't list it. */
export function taskName(names: readonly string[], task: number): string {
  return names[task] ?? "another task";
}

/** `timer of 50 ms`, `db.save`, `await`: the event itself, without its task. */
export function eventName(kind: EventKind, label: string | undefined): string {
  const text = label === undefined ? "" : oneLine(label);
  if (kind === "timer" || kind === "interval") return timerName(kind, text);
  if (kind === "request") return text === "" ? "a request" : `request of ${text}`;
  if (kind === "completion") return text === "" ? "an answer" : `answer of ${text}`;
  if (isOptional(kind)) return text === "" ? `an injected ${kind}` : text;
  return text === "" ? kind : `${kind} ${text}`;
}

/** Whether heddle made it happen: a fault of an I/O boundary, or an abort. Its label is a sentence. */
export function isOptional(kind: EventKind): boolean {
  return kind === "fault" || kind === "abort";
}

function timerName(kind: "timer" | "interval", label: string): string {
  if (label === "") return kind;
  if (label.startsWith(kind)) return label;
  return `${kind} of ${label}${/^[\d.]+$/u.test(label) ? " ms" : ""}`;
}

/** `wallet.balance`, `items[0]`, `cache["a b"]`. */
export function memberName(object: string, key: string): string {
  const owner = oneLine(object);
  if (/^[\p{L}_$#][\p{L}\p{N}_$]*$/u.test(key)) return `${owner}.${key}`;
  if (/^\d+$/u.test(key)) return `${owner}[${key}]`;
  if (/^[[(]/u.test(key)) return owner + oneLine(key); // It brings its own brackets: a symbol's `[Symbol(x)]`.
  return `${owner}[${JSON.stringify(oneLine(key))}]`;
}

/** `db.save("x")`. */
export function callName(name: string, value: string, width: number = Number.POSITIVE_INFINITY): string {
  const inside = oneLine(value).replace(/^\((.*)\)$/u, "$1");
  return `${oneLine(name)}(${cut(inside, width)})`;
}

/** `answered 100`, `failed: Error: gone`; what answers with nothing only answers. */
function answerText({ failed, value }: Extract<Note, { type: "answer" }>): string {
  if (failed) return `failed: ${oneLine(value)}`;
  return value === "undefined" ? "answered" : `answered ${oneLine(value)}`;
}

/** The line that a note takes in a timeline, without its place. Of a call that is wider, the arguments are cut. */
export function noteText(note: Note, width: number = Number.POSITIVE_INFINITY): string {
  switch (note.type) {
    case "read":
      return `read ${memberName(note.object, note.key)} -> ${oneLine(note.value)}`;
    case "write":
      return `write ${memberName(note.object, note.key)} = ${oneLine(note.value)} (was ${oneLine(note.previous)})`;
    case "request":
      return `${callName(note.name, note.value, width - cells(oneLine(note.name)) - 8)} asked`;
    case "answer":
      return `${oneLine(note.name)} ${answerText(note)}`;
    case "log":
      return `log ${oneLine(note.text)}`;
  }
}
