/**
 * Objects of every kind that code declares, and what code does to them: for holding `shared()` against the objects
 * themselves, and the reduced search against the search of every interleaving.
 */
import { inspect, isDeepStrictEqual } from "node:util";
import fc from "fast-check";

type Share = <Target extends object>(target: Target, name?: string) => Target;
type Fields = Record<PropertyKey, unknown>;

const symbol = Symbol("state");
const KEYS: readonly PropertyKey[] = ["a", "b", "list", "0", "2", "length", "constructor", symbol];

class Instance {
  a = 1;
  list: unknown[] = [];

  add(by: number): Instance {
    this.a += by;
    this.list.push(by);
    return this;
  }

  get twice(): number {
    return this.a * 2;
  }

  set twice(value: number) {
    this.a = value / 2;
  }
}

class Heir extends Instance {
  b = 2;

  override add(by: number): Heir {
    super.add(by);
    this.b += 1;
    return this;
  }
}

class Private {
  #value = 1;

  add(by: number): Private {
    this.#value += by;
    return this;
  }

  get twice(): number {
    return this.#value * 2;
  }
}

class Arrow {
  a = 1;
  add = (by: number): void => {
    this.a += by;
  };
}

const notes = new WeakMap<object, { value: number }>();

class Noted {
  constructor() {
    notes.set(this, { value: 1 });
  }

  add(by: number): void {
    notes.get(this)!.value += by;
  }

  get twice(): number {
    return notes.get(this)!.value * 2;
  }
}

class Stack extends Array<unknown> {
  get twice(): number {
    return this.length * 2;
  }
}

class Deferred extends Promise<unknown> {}
const Kept = Promise;

/** A promise that several may settle, of a class that was there before anything was watched. */
class Settled {
  settle!: (value: unknown) => void;
  readonly promise: Promise<unknown>;

  constructor(kind: typeof Deferred) {
    this.promise = new kind((resolve) => {
      this.settle = resolve;
    });
  }
}

/** Two names for what is to be used: the same object, or two that have something in common. */
const SUBJECTS: Readonly<Record<string, (share: Share) => readonly [object, object]>> = {
  object: (share) => once(share({ a: 1, b: 2 }, "object")),
  "object of functions": (share) => once(share({ a: 1, add: () => 7, get b() { return 3; } }, "functions")),
  "nested object": (share) => once(share({ a: { a: 1 }, list: [1, [2]], b: new Map([["a", 1]]) }, "nested")),
  "two names": (share) => twice(share, { a: 1, list: [1] }),
  "one list in two": (share) => inTwo(share, [1, 2]),
  "one map in two": (share) => inTwo(share, new Map([["a", 1]])),
  "an heir of a declared object": (share) => {
    const above = share({ a: 1, b: 2 }, "above");
    return [above, share(Object.create(above) as object, "heir")];
  },
  list: (share) => once(share([3, 1, 2] as unknown[], "list")),
  stack: (share) => once(share(Stack.from([3, 1]), "stack")),
  map: (share) => once(share(new Map<unknown, unknown>([["a", 1], ["b", 2]]), "map")),
  set: (share) => once(share(new Set<unknown>(["a", 1]), "set")),
  instance: (share) => once(share(new Instance(), "instance")),
  heir: (share) => once(share(new Heir(), "heir")),
  private: (share) => once(share(new Private(), "private")),
  arrow: (share) => once(share(new Arrow(), "arrow")),
  noted: (share) => once(share(new Noted(), "noted")),
  frozen: (share) => once(share(Object.freeze({ a: 1, list: [1], b: new Set([1]) }), "frozen")),
  sealed: (share) => once(share(Object.seal({ a: 1, list: [1] }), "sealed")),
  date: (share) => once(share(new Date(5), "date")),
  pattern: (share) => once(share(/a/g, "pattern")),
  function: (share) => once(share(Object.assign(() => 1, { a: 1 }), "function")),
  class: (share) => once(share(class { static a = 1; }, "class")),
  error: (share) => once(share(Object.assign(new Error("of the body"), { stack: "Error" }), "error")),
  "two views": (share) => {
    const buffer = new ArrayBuffer(4);
    return [share(new Uint8Array(buffer), "bytes"), share(new Uint16Array(buffer), "words")];
  },
  promise: (share) => once(share({ a: Promise.resolve(1), b: null }, "promise")),
  signal: (share) => once(share(new AbortController(), "controller")),
  "promise of a subclass": () => once(new Settled(Deferred)),
  "promise of a kept class": () => once(new Settled(Kept)),
};

function once<Subject extends object>(subject: Subject): readonly [Subject, Subject] {
  return [subject, subject];
}

function twice(share: Share, object: object): readonly [object, object] {
  return [share(object, "one"), share(object, "other")];
}

function inTwo(share: Share, common: object): readonly [object, object] {
  return [share({ a: common }, "one"), share({ a: common }, "other")];
}

interface Place {
  readonly subject: Fields;
  readonly key: PropertyKey;
  readonly mark: number;
}

const listOf = (subject: Fields): unknown[] => (Array.isArray(subject) ? subject : Array.isArray(subject["list"]) ? subject["list"] : (subject["a"] as unknown[]));
const mapOf = (subject: Fields): Map<unknown, unknown> => (subject instanceof Map || subject instanceof Set ? subject : subject["a"]) as Map<unknown, unknown>;

/** Each gives back what it saw. Many fail on many objects, and how they fail is seen as well. */
const OPERATIONS: Readonly<Record<string, (place: Place) => unknown>> = {
  get: ({ subject, key }) => subject[key],
  set: ({ subject, key, mark }) => Reflect.set(subject, key, mark),
  "set strictly": ({ subject, key, mark }) => void (subject[key] = mark),
  delete: ({ subject, key }) => Reflect.deleteProperty(subject, key),
  has: ({ subject, key }) => key in subject,
  keys: ({ subject }) => Reflect.ownKeys(subject).map(String),
  values: ({ subject }) => Object.values(subject).map(show),
  rest: ({ subject }) => {
    const { a, ...rest } = subject;
    return [show(a), show(rest)];
  },
  assign: ({ subject, mark }) => Object.keys(Object.assign(subject, { a: mark, c: mark })),
  describe: ({ subject, key }) => show(Reflect.getOwnPropertyDescriptor(subject, key)?.value),
  define: ({ subject, key, mark }) => Reflect.defineProperty(subject, key, { value: mark, enumerable: mark % 2 === 0, configurable: true, writable: true }),
  prevent: ({ subject }) => Reflect.preventExtensions(subject),
  extensible: ({ subject }) => Reflect.isExtensible(subject),
  freeze: ({ subject }) => void Object.freeze(subject),
  frozen: ({ subject }) => Object.isFrozen(subject),
  "set prototype": ({ subject, mark }) => Reflect.setPrototypeOf(subject, { c: mark }),
  inherited: ({ subject }) => subject["c"],
  prototype: ({ subject }) => Object.getPrototypeOf(subject) === Object.prototype,
  call: ({ subject, mark }) => (subject["add"] as (by: number) => unknown)(mark),
  method: ({ subject, mark }) => (subject as unknown as Instance).add(mark) === (subject as unknown),
  swap: ({ subject, mark }) => void (subject["add"] = () => mark),
  twice: ({ subject }) => subject["twice"],
  "set twice": ({ subject, mark }) => void (subject["twice"] = mark),
  "inner object": ({ subject, mark }) => {
    const inner = subject["a"] as Fields;
    const before = inner["a"];
    inner["a"] = mark;
    return before;
  },
  push: ({ subject, mark }) => listOf(subject).push(mark),
  pop: ({ subject }) => listOf(subject).pop(),
  shorten: ({ subject }) => void (listOf(subject).length = 1),
  length: ({ subject }) => listOf(subject).length,
  index: ({ subject, mark }) => void (listOf(subject)[mark % 4] = mark),
  at: ({ subject, mark }) => listOf(subject)[mark % 4],
  sort: ({ subject }) => listOf(subject).sort() === listOf(subject),
  joined: ({ subject }) => [...listOf(subject)].map(show).join(),
  "is in": ({ subject }) => {
    const item: unknown[] = [];
    const list = listOf(subject);
    list.push(item);
    return [list.includes(item), list.indexOf(item), list.at(-1) === item, list.pop() === item];
  },
  "goes in": ({ subject, key }) => {
    const item = ["item"];
    subject[key] = item;
    return subject[key] === item;
  },
  same: ({ subject, key }) => [subject[key] === subject[key] || Number.isNaN(subject[key]), listOf(subject) === listOf(subject)],
  "map set": ({ subject, key, mark }) => mapOf(subject).set(key, mark) === mapOf(subject),
  "map get": ({ subject, key }) => mapOf(subject).get(key),
  "map delete": ({ subject, key }) => mapOf(subject).delete(key),
  "map size": ({ subject }) => mapOf(subject).size,
  "map clear": ({ subject }) => mapOf(subject).clear(),
  "map all": ({ subject }) => [...mapOf(subject)].map(show),
  "map first": ({ subject }) => show(mapOf(subject).values().next().value),
  "map each": ({ subject }) => {
    const seen: unknown[] = [];
    mapOf(subject).forEach((value, key, map) => seen.push(show(value), show(key), map === mapOf(subject)));
    return seen;
  },
  "set add": ({ subject, key }) => void (mapOf(subject) as unknown as Set<unknown>).add(key),
  "set has": ({ subject, key }) => mapOf(subject).has(key),
  byte: ({ subject, mark }) => void (subject[0] = mark),
  time: ({ subject, mark }) => (subject as unknown as Date).setTime(mark),
  "time of": ({ subject }) => (subject as unknown as Date).getTime(),
  matches: ({ subject }) => (subject as unknown as RegExp).test("aa"),
  abort: ({ subject, mark }) => (subject as unknown as AbortController).abort(mark),
  aborted: ({ subject }) => (subject as unknown as AbortController).signal.aborted,
  "go on": ({ subject }) => (subject as unknown as AbortController).signal.throwIfAborted(),
  settle: ({ subject, mark }) => (subject as unknown as Settled).settle(mark),
  text: ({ subject }) => JSON.stringify(subject),
  shown: ({ subject }) => withoutAsyncIds(inspect(subject, { depth: 3 })),
  copied: ({ subject }) => show(structuredClone(subject)),
  equal: ({ subject }) => isDeepStrictEqual(subject, { a: 1, b: 2 }),
  kind: ({ subject }) => [Object.prototype.toString.call(subject), Array.isArray(subject), typeof subject],
};

/** Node marks promises while somebody follows them, natively as in an execution. */
function withoutAsyncIds(text: string): string {
  return text.replace(/,?\s+\[Symbol\((?:trigger_)?async_id_symbol\)\]: \d+/g, "").replace(/\s+/g, " ").replace("{ }", "{}");
}

/** What can be seen of a value without keeping it. */
export function show(value: unknown): string {
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return String(value);
  return value instanceof Error ? `${value.name}: ${value.message}` : withoutAsyncIds(inspect(value, { depth: 3 }));
}

export interface Use {
  readonly operation: string;
  readonly key: PropertyKey;
  /** By which of its two names: 0 or 1. */
  readonly name: number;
  /** Whether an await comes before it. */
  readonly waits: boolean;
}

export interface ObjectProgram {
  readonly subject: string;
  /** For each task what it does. */
  readonly tasks: readonly (readonly Use[])[];
}

/** What can be done to each kind of object without failing; the rest is tried as well, but less often. */
const USUAL: ReadonlyMap<string, readonly string[]> = new Map(
  Object.keys(SUBJECTS).map((subject) => [subject, possible(subject).filter((operation) => works(subject, operation))]),
);

/** Of maps, sets and promises it is what the language keeps in them that is watched, and not what fields they are given. */
function possible(subject: string): string[] {
  if (subject.startsWith("promise of")) return ["settle"];
  const all = Object.keys(OPERATIONS);
  if (subject === "promise") return all.filter((operation) => !["inner object", "shorten", "index"].includes(operation));
  const [isCollection, holdsOne] = [subject === "map" || subject === "set", subject === "one map in two"];
  if (!isCollection && !holdsOne) return all;
  const others = holdsOne ? ["get", "set", "delete", "keys", "goes in"] : [];
  return all.filter((operation) => others.includes(operation) || /^(?:map|set) (?!strictly|prototype|twice)|^(?:text|shown|copied|equal|kind)$/.test(operation));
}

function works(subject: string, operation: string): boolean {
  try {
    OPERATIONS[operation]!({ subject: SUBJECTS[subject]!((object) => object)[0] as Fields, key: "a", mark: 1 });
    return true;
  } catch {
    return false;
  }
}

/** Where `tasks` is more than one, each begins with an await, so that any may go first. */
export function objectPrograms(tasks: number, uses: number): fc.Arbitrary<ObjectProgram> {
  return fc.constantFrom(...USUAL).chain(([subject, usual]) => {
    const use = (waits: fc.Arbitrary<boolean>): fc.Arbitrary<Use> =>
      fc.record({
        operation: fc.oneof({ arbitrary: fc.constantFrom(...usual), weight: 9 }, { arbitrary: fc.constantFrom(...possible(subject)), weight: 1 }),
        key: fc.oneof({ arbitrary: fc.constant<PropertyKey>("a"), weight: 1 }, { arbitrary: fc.constantFrom(...KEYS), weight: 1 }),
        name: fc.nat(1),
        waits,
      });
    const task = fc.tuple(use(fc.constant(tasks > 1)), fc.array(use(fc.boolean()), { maxLength: uses - 1 })).map(([first, rest]) => [first, ...rest]);
    return fc.record({ subject: fc.constant(subject), tasks: fc.array(task, { minLength: tasks, maxLength: tasks }) });
  });
}

/** Runs a program over what `share` makes of its objects, and gives back all that was seen. */
export async function play({ subject, tasks }: ObjectProgram, share: Share, spawn: (name: string, task: () => Promise<void>) => Promise<void>): Promise<string[]> {
  const subjects = SUBJECTS[subject]!(share);
  const seen: string[] = [];
  const once = ({ operation, key, name }: Use, mark: number): void => {
    try {
      seen[mark] = show(OPERATIONS[operation]!({ subject: subjects[name] as Fields, key, mark }));
    } catch (error) {
      // The texts of some errors tell a proxy.
      seen[mark] = error instanceof Error ? error.name : show(error);
    }
  };
  await Promise.all(
    tasks.map((uses, task) =>
      spawn(`task ${task}`, async () => {
        for (const [at, use] of uses.entries()) {
          if (use.waits) await Promise.resolve();
          once(use, task * 10 + at + 1);
        }
      }),
    ),
  );
  return [...seen, ...subjects.map(show)];
}
