/** What things are called in reports: tasks, events, members. */
import type { EventKind } from "../engine/event.ts";
import { cut, oneLine } from "./layout.ts";
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
  return text === "" ? kind : `${kind} ${text}`;
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

/** The line that a note takes in a timeline, without its place. */
export function noteText(note: Note): string {
  switch (note.type) {
    case "read":
      return `read ${memberName(note.object, note.key)} -> ${oneLine(note.value)}`;
    case "write":
      return `write ${memberName(note.object, note.key)} = ${oneLine(note.value)} (was ${oneLine(note.previous)})`;
    case "request":
      return `${callName(note.name, note.value)} asked`;
    case "answer":
      return `${oneLine(note.name)} ${note.failed ? "failed:" : "answered"} ${oneLine(note.value)}`;
    case "log":
      return `log ${oneLine(note.text)}`;
  }
}
