/** What is measured: the programs, by name, and the variants. */

/** @typedef {"scope all" | "plugin" | "no plugin" | "waitFor" | "waitAll" | "native"} Variant */
/** @typedef {keyof typeof import("./programs.mjs")} ProgramKey */

/** @type {readonly { key: ProgramKey, name: string, gates: number }[]} */
export const catalogue = [
  { key: "readModifyWrite", name: "2 tasks × 5 read-modify-writes", gates: 20 },
  { key: "tenTasks", name: "10 tasks × 20 awaits", gates: 200 },
  { key: "hundredTasks", name: "100 tasks × 20 awaits", gates: 2000 },
  { key: "timers", name: "20 timers", gates: 20 },
  { key: "wrappedStore", name: "one store behind io.wrap, 20 calls", gates: 20 },
];

/** Each in a process of its own: marks of the plugin hold for a whole process, and so do heddle's trampolines. */
/** @type {readonly Variant[]} */
export const variants = ["scope all", "plugin", "no plugin", "waitFor", "waitAll", "native"];
