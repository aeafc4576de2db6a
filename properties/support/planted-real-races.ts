import type { Shape } from "./planted-races.ts";

/** Programs with one race, of real files, streams, emitters and timers: nothing of it is declared. */
export const realShapes: readonly Shape[] = [
  {
    name: "lost update of a file",
    operations: ["own"],
    imports: `import { readFile, writeFile } from "node:fs/promises";`,
    before: `
const path = workspace() + "/count";
await writeFile(path, "0");
async function add() {
  const seen = Number(await readFile(path, "utf8")); // @1
  await writeFile(path, String(seen + 1)); // @2
}
async function first() { await add(); }
async function second() { await add(); }`,
    tasks: ["first", "second"],
    after: `if ((await readFile(path, "utf8")) !== "2") throw new Error("an update is lost");`,
  },
  {
    name: "file that is gone",
    operations: ["own"],
    imports: `import { readFile, rm, writeFile } from "node:fs/promises";`,
    before: `
const path = workspace() + "/lock";
await writeFile(path, "held");
async function holder() {
  await rm(path); // @2
}
async function reader() {
  await readFile(path); // @1
}`,
    tasks: ["reader", "holder"],
    after: ``,
  },
  {
    name: "torn pair of a stream",
    operations: ["own"],
    before: `
const stream = new ReadableStream({ start(controller) { for (const part of [1, 2, 3, 4]) controller.enqueue(part); } });
const reader = stream.getReader();
const wait = io("wait", () => undefined);
async function pair() {
  await wait();
  const one = await reader.read(); // @1
  const two = await reader.read();
  if (two.value !== one.value + 1) throw new Error("parts of two messages");
}
async function first() { await pair(); }
async function second() { await pair(); }`,
    tasks: ["first", "second"],
    after: ``,
  },
  {
    name: "late listener of an emitter",
    operations: ["own"],
    imports: `import { EventEmitter, once } from "node:events";`,
    before: `
const bus = new EventEmitter();
const connect = io("connect", () => undefined);
const prepare = io("prepare", () => undefined);
async function server() {
  await connect();
  bus.emit("up"); // @1
}
async function client() {
  await prepare();
  await once(bus, "up"); // @2
}`,
    tasks: ["client", "server"],
    after: ``,
  },
  {
    name: "timer against a file",
    operations: ["own"],
    imports: `import { readFile, writeFile } from "node:fs/promises";`,
    before: `
const path = workspace() + "/user";
await writeFile(path, "ada");
let isGivenUp = false;
async function load() {
  const timer = setTimeout(() => { isGivenUp = true; }, 50); // @1
  await readFile(path); // @2
  if (isGivenUp) throw new Error("given up, and answered");
  clearTimeout(timer);
}
async function other() { await io("look", () => 1)(); }`,
    tasks: ["load", "other"],
    after: ``,
  },
];
