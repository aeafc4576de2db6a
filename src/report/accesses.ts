import { type Call, collectCalls } from "./calls.ts";
import type { Note, Site, Timeline } from "./timeline.ts";

/** A read or a write of one member of a shared object. */
export interface Access {
  /** Position in `timeline.steps`. */
  readonly step: number;
  /** Position among all accesses and requests of the execution: several may stand in one step. */
  readonly position: number;
  readonly task: number;
  readonly note: Extract<Note, { type: "read" | "write" }>;
  /**
   * Where the access stands in the source, else where its step began. What a boundary touches while it is carried out
   * stands at its call: the race is between the callers, not inside the store.
   */
  readonly site: Site | undefined;
  /** Writes of this member before this access, by anyone: equal numbers saw the same state. */
  readonly writesBefore: number;
  /** The task's last read of the member since its own last write: what a write can be based on. */
  readonly basis: Access | undefined;
}

/** A call of an io boundary, where the task asked for it: that is where it decided to. */
export interface Request {
  readonly step: number;
  readonly position: number;
  readonly task: number;
  readonly call: Call;
}

/** All accesses of one member, in the order in which they happened. */
export interface Member {
  readonly object: string;
  readonly key: string;
  readonly accesses: readonly Access[];
  /** Touched by two tasks or more, and written at least once: only such a member can race. */
  readonly contended: boolean;
}

/** What the notes of an execution tell, put in the order that the detectors need. */
export interface Accesses {
  readonly members: readonly Member[];
  /** Accesses and requests together, by position. */
  readonly all: readonly (Access | Request)[];
}

interface OpenMember {
  readonly object: string;
  readonly key: string;
  readonly accesses: Access[];
  readonly bases: Map<number, Access>;
  /** Each task's last read, written over since or not. */
  readonly reads: Map<number, Access>;
  readonly tasks: Set<number>;
  writes: number;
}

/** Tells a request from an access. */
export function isRequest(action: Access | Request): action is Request {
  return "call" in action;
}

/** Whether two accesses are of the same member. */
export function sameMember(one: Access, other: Access): boolean {
  return one.note.object === other.note.object && one.note.key === other.note.key;
}

/**
 * The steps that are looked at, the last ones: what explains a failure stands near it, and a livelock's ten
 * thousand steps must not make a report slow.
 */
const mostSteps = 2_000;

/** Gathers the accesses and requests of an execution by member. */
export function collectAccesses(timeline: Timeline): Accesses {
  const open = new Map<string, OpenMember>();
  const all: (Access | Request)[] = [];
  const parents = forkParents(timeline);
  const calls = new Map<Note, Call>(collectCalls(timeline).all.map((call) => [call.note, call] as const));
  const first = Math.max(0, timeline.steps.length - mostSteps);
  for (const [index, { task, kind, notes, site }] of timeline.steps.slice(first).entries()) {
    const step = first + index;
    for (const note of notes) {
      const call = calls.get(note);
      if (call !== undefined) all.push({ step, position: all.length, task: call.task, call });
      if (note.type !== "read" && note.type !== "write") continue;
      const own = kind === "request" ? (site ?? note.site) : (note.site ?? site);
      const parent = parents.get(task);
      all.push(addAccess(memberOf(open, note.object, note.key), { step, position: all.length, task, note, site: own }, parent));
    }
  }
  const members = [...open.values()].map(({ object, key, accesses, tasks, writes }) => ({
    object,
    key,
    accesses,
    contended: tasks.size > 1 && writes > 0,
  }));
  return { members, all };
}

/**
 * The task that each task without a name was forked from. What an async function does before its first await belongs
 * to its caller's step: what was read there is what the fork goes on with.
 */
function forkParents({ tasks }: Timeline): Map<number, number> {
  const indexes = new Map(tasks.map(({ path }, index) => [path, index]));
  const parents = new Map<number, number>();
  for (const [index, { path }] of tasks.entries()) {
    const parent = /^main(?:\.\d+)+$/u.test(path) ? indexes.get(path.replace(/\.\d+$/u, "")) : undefined;
    if (parent !== undefined) parents.set(index, parent);
  }
  return parents;
}

function memberOf(open: Map<string, OpenMember>, object: string, key: string): OpenMember {
  const id = JSON.stringify([object, key]);
  let member = open.get(id);
  if (member === undefined) {
    member = { object, key, accesses: [], bases: new Map(), reads: new Map(), tasks: new Set(), writes: 0 };
    open.set(id, member);
  }
  return member;
}

function basisOf(member: OpenMember, { task, note }: Omit<Access, "writesBefore" | "basis">, parent: number | undefined): Access | undefined {
  const own = member.bases.get(task);
  if (own !== undefined || parent === undefined || note.type === "read" || member.tasks.has(task)) return own;
  const inherited = member.reads.get(parent);
  return inherited && { ...inherited, task };
}

function addAccess(member: OpenMember, seen: Omit<Access, "writesBefore" | "basis">, parent: number | undefined): Access {
  const access: Access = { ...seen, writesBefore: member.writes, basis: basisOf(member, seen, parent) };
  member.accesses.push(access);
  member.tasks.add(seen.task);
  if (seen.note.type === "read") {
    member.bases.set(seen.task, access);
    member.reads.set(seen.task, access);
  } else {
    member.bases.delete(seen.task);
    member.writes += 1;
  }
  return access;
}
