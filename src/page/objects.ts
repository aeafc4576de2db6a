/** What the notes of an execution tell of objects, keys and files: their state at each step, and their history. */
import type { NoteDocument, TimelineDocument } from "../report/formats/document.ts";

/** One thing that was done to an object. */
export interface Touch {
  readonly step: number;
  readonly task: number;
  /** `read`, `wrote`, `asked`, `answered`, `failed`. */
  readonly verb: string;
  readonly value: string;
  /** Of a write: what it replaced. */
  readonly previous?: string;
  readonly site?: number;
  /** What the object's value is from here on; `undefined` where this says nothing of it. */
  readonly state: string | undefined;
}

/** One member of a shared object, or what calls of I/O have in common: their object and their first argument. */
export interface Thing {
  readonly name: string;
  readonly touches: readonly Touch[];
  /** How many tasks touched it. */
  readonly tasks: number;
}

/** All things that an execution touches: those that several tasks touch come first. */
export function collectThings(timeline: TimelineDocument): readonly Thing[] {
  const things = new Map<string, { name: string; touches: Touch[]; tasks: Set<number> }>();
  const add = (name: string, touch: Touch): void => {
    let thing = things.get(name);
    if (thing === undefined) things.set(name, (thing = { name, touches: [], tasks: new Set() }));
    thing.touches.push(touch);
    thing.tasks.add(touch.task);
  };
  const asked = new Map<string, string>();
  for (const { index: step, task, notes } of timeline.steps) {
    for (const note of notes) {
      const name = thingOf(note, asked);
      if (name !== undefined) add(name, touchOf(note, step, task));
    }
  }
  return [...things.values()]
    .map(({ name, touches, tasks }) => ({ name, touches, tasks: tasks.size }))
    .sort((one, other) => Number(other.tasks > 1) - Number(one.tasks > 1) || one.touches[0]!.step - other.touches[0]!.step);
}

function thingOf(note: NoteDocument, asked: Map<string, string>): string | undefined {
  switch (note.type) {
    case "read":
    case "write":
      return memberName(note.object, note.key);
    case "request": {
      const name = callTarget(note.name, note.value);
      if (note.call !== undefined) asked.set(note.call, name);
      return name;
    }
    case "answer":
      return (note.call === undefined ? undefined : asked.get(note.call)) ?? callTarget(note.name, "");
    case "log":
      return undefined;
  }
}

function touchOf(note: NoteDocument, step: number, task: number): Touch {
  switch (note.type) {
    case "read":
      return { step, task, verb: "read", value: note.value, state: note.value, ...siteOf(note) };
    case "write":
      return { step, task, verb: "wrote", value: note.value, previous: note.previous, state: note.value, ...siteOf(note) };
    case "request":
      return { step, task, verb: "asked", value: `${note.name}(${note.value})`, state: undefined };
    case "answer":
      return { step, task, verb: note.failed ? "failed" : "answered", value: note.value, state: `${note.name} → ${note.value}` };
    case "log":
      return { step, task, verb: "log", value: note.text, state: undefined };
  }
}

function siteOf({ site }: { readonly site?: number }): { readonly site?: number } {
  return site === undefined ? {} : { site };
}

function memberName(object: string, key: string): string {
  if (/^[\p{L}_$#][\p{L}\p{N}_$]*$/u.test(key)) return `${object}.${key}`;
  return key.startsWith("[") || key.startsWith("(") ? `${object}${key}` : `${object}[${/^\d+$/.test(key) ? key : JSON.stringify(key)}]`;
}

/** `db "balance"` of `db.get("balance")`: what calls that go to one thing have in common. */
function callTarget(name: string, values: string): string {
  const dot = name.lastIndexOf(".");
  const object = dot > 0 ? name.slice(0, dot) : name;
  const first = /^("(?:[^"\\]|\\.)*"|-?\d[\d.]*)/.exec(values)?.[0];
  return first === undefined ? object : `${object} ${first}`;
}

/** The last touch of a thing up to a step that says what its value is. */
export function stateAt({ touches }: Thing, step: number): Touch | undefined {
  let [low, high] = [0, touches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (touches[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at -= 1) if (touches[at]!.state !== undefined) return touches[at];
  return undefined;
}

/** Whether anything was done to a thing in a step. */
export function isTouchedIn({ touches }: Thing, step: number): boolean {
  let [low, high] = [0, touches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (touches[middle]!.step < step) low = middle + 1;
    else high = middle;
  }
  return touches[low]?.step === step;
}
