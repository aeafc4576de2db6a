import { realShapes } from "./planted-real-races.ts";

/**
 * Programs with one race each, whose two lines are known, in the spellings that people use. They are written as modules, so
 * that heddle sees files and lines; `@1` and `@2` mark the lines that one would change or guard.
 */
export interface PlantedRace {
  readonly name: string;
  readonly source: string;
  /** 1-based; one or two. */
  readonly lines: readonly number[];
}

/** How an operation of the outside world is written; `own`: as the program itself does. */
type Operation = "io" | "keyed" | "timer" | "own";
/** How tasks are started. */
type Start = "spawn" | "calls";

interface Spelling {
  readonly operation: Operation;
  readonly start: Start;
  readonly hasNoise: boolean;
}

/** A program with a race, before it is spelled. */
export interface Shape {
  readonly name: string;
  /** Imports of its module. */
  readonly imports?: string;
  readonly operations?: readonly Operation[];
  /** Functions of the two tasks, and what they share; `op(name, action)` makes an operation. */
  readonly before: string;
  /** Names of the functions to be started. */
  readonly tasks: readonly string[];
  /** Judges at the end. */
  readonly after: string;
}

const shapes: readonly Shape[] = [
  {
    name: "lost update",
    before: `
let stored = 0;
const get = op("stock.get", () => stored);
const set = op("stock.set", (value) => { stored = value; });
async function add() {
  const seen = await get(); // @1
  await set(seen + 1); // @2
}
async function first() { await add(); }
async function second() { await add(); }`,
    tasks: ["first", "second"],
    after: `if (stored !== 2) throw new Error("an update is lost");`,
  },
  {
    name: "check then act",
    before: `
const users = [];
const find = op("users.find", () => users.includes("ada"));
const insert = op("users.insert", () => { users.push("ada"); });
async function signUp() {
  const exists = await find(); // @1
  if (!exists) await insert(); // @2
}
async function first() { await signUp(); }
async function second() { await signUp(); }`,
    tasks: ["first", "second"],
    after: `if (users.length !== 1) throw new Error("two users of one name");`,
  },
  {
    name: "use after close",
    before: `
let isOpen = true;
const query = op("db.query", () => 1);
const close = op("db.close", () => { isOpen = false; });
async function report() {
  await query(); // @1
  if (!isOpen) throw new Error("used after close");
}
async function shutdown() {
  await query();
  await close(); // @2
}`,
    tasks: ["report", "shutdown"],
    after: ``,
  },
  {
    name: "out of order answers",
    before: `
let shown = "";
let latest = "";
const fetchPage = op("GET page", () => undefined);
async function open(page) {
  latest = page;
  await fetchPage(page); // @1
  shown = page;
}
async function first() { await open("menu"); }
async function second() { await open("editor"); }`,
    tasks: ["first", "second"],
    after: `if (shown !== latest) throw new Error("the older page is shown");`,
  },
  {
    name: "dirty read",
    before: `
let state = "whole";
const save = op("save part", (value) => { state = value; });
const load = op("load", () => state);
async function writer() {
  await save("half"); // @1
  await save("whole");
}
async function reader() {
  const seen = await load(); // @2
  if (seen === "half") throw new Error("half a state was read");
}`,
    tasks: ["writer", "reader"],
    after: ``,
  },
  {
    name: "stale read",
    before: `
let price = 10;
let sold = 0;
const look = op("price.get", () => price);
const pay = op("pay", (amount) => { sold = amount; });
const raise = op("price.set", (value) => { price = value; });
async function buy() {
  const seen = await look(); // @1
  await pay(seen);
  if (sold !== price && price === 20) throw new Error("sold for an old price");
}
async function update() {
  await raise(20); // @2
}`,
    tasks: ["buy", "update"],
    after: ``,
  },
  {
    name: "torn pair",
    before: `
let [left, right] = [0, 0];
const setLeft = op("left.set", () => { left = 1; });
const setRight = op("right.set", () => { right = 1; });
const getBoth = op("both.get", () => left - right);
async function move() {
  await setLeft(); // @1
  await setRight();
}
async function watch() {
  if ((await getBoth()) !== 0) throw new Error("the two differ"); // @2
}`,
    tasks: ["watch", "move"],
    after: ``,
  },
  {
    name: "timer before answer",
    operations: ["io", "keyed"],
    before: `
let isGivenUp = false;
const load = op("GET user", () => "ada");
async function fetchUser() {
  const timer = setTimeout(() => { isGivenUp = true; }, 50); // @1
  await load(); // @2
  if (isGivenUp) throw new Error("given up, and answered");
  clearTimeout(timer);
}
async function other() { await load(); }`,
    tasks: ["fetchUser", "other"],
    after: ``,
  },
  {
    name: "double free",
    before: `
const free = ["a"];
const taken = [];
const look = op("pool.peek", () => free[0]);
const take = op("pool.take", (one) => { taken.push(one); free.shift(); });
async function acquire() {
  const one = await look(); // @1
  if (one !== undefined) await take(one); // @2
}
async function first() { await acquire(); }
async function second() { await acquire(); }`,
    tasks: ["first", "second"],
    after: `if (taken.length > 1) throw new Error("one connection was given twice");`,
  },
  {
    name: "late subscriber",
    before: `
const listeners = [];
let heard = 0;
const connect = op("connect", () => undefined);
const prepare = op("prepare", () => undefined);
async function server() {
  await connect(); // @1
  for (const listener of listeners) listener();
}
async function client() {
  await prepare(); // @2
  listeners.push(() => { heard += 1; });
}`,
    tasks: ["client", "server"],
    after: `if (heard === 0) throw new Error("nobody heard it");`,
  },
];

const operations: Readonly<Record<Operation, string>> = {
  own: "",
  io: `const op = (name, action) => io(name, async (...values) => action(...values));`,
  keyed: `const op = (name, action) => io(name, async (...values) => action(...values), { key: () => name.split(/[ .]/)[0] });`,
  timer: `const op = (name, action) => async (...values) => { const result = action(...values); await io(name + " waits", () => undefined)(); return result; };`,
};

/** Every program in every spelling that it has. */
export function plantedRaces(): readonly PlantedRace[] {
  return [...shapes, ...realShapes].flatMap((shape) =>
    (shape.operations ?? (["io", "keyed"] as const)).flatMap((operation) =>
      (["spawn", "calls"] as const).flatMap((start) => [false, true].map((hasNoise) => planted(shape, { operation, start, hasNoise }))),
    ),
  );
}

function planted(shape: Shape, { operation, start, hasNoise }: Spelling): PlantedRace {
  const run = shape.tasks.map((task) => (start === "spawn" ? `spawn("${task}", ${task})` : `${task}()`));
  const noise = `
async function noise() { for (let turn = 0; turn < 2; turn += 1) await io("noise", () => undefined)(); }
const noises = [${start === "spawn" ? `spawn("noise one", noise), spawn("noise two", noise)` : "noise(), noise()"}];`;
  const source = [
    shape.imports ?? "",
    `export default async ({ io, spawn, workspace }) => {`,
    operations[operation],
    ...shape.before.trim().split("\n"),
    ...(hasNoise ? noise.trim().split("\n") : []),
    `await Promise.all([${run.join(", ")}${hasNoise ? ", ...noises" : ""}]);`,
    ...shape.after.split("\n"),
    `};`,
  ];
  const lines = source.flatMap((line, at) => (/\/\/ @\d/u.test(line) ? [at + 1] : []));
  return { name: `${shape.name}, ${operation}, ${start}${hasNoise ? ", others beside it" : ""}`, source: source.join("\n"), lines };
}
