/**
 * The same programs with fast-check's gates put in by hand, as its users must: each await that may be reordered goes
 * through `s.schedule`, the cheapest of its gates (`scheduleFunction` writes its arguments into a label as well).
 */

/** @import { Scheduler } from "fast-check" */
/** @typedef {(s: Scheduler) => Promise<void>} GatedProgram */

/** @type {GatedProgram} */
const readModifyWrite = async (s) => {
  let count = 0;
  const read = async () => count;
  const write = async (/** @type {number} */ value) => {
    count = value;
  };
  const task = async () => {
    for (let round = 0; round < 5; round += 1) {
      const value = await s.schedule(read());
      await s.schedule(write(value + 1));
    }
  };
  await Promise.all([task(), task()]);
};

/** @param {number} tasks @param {number} awaits @returns {GatedProgram} */
function manyAwaits(tasks, awaits) {
  return async (s) => {
    const task = async () => {
      for (let index = 0; index < awaits; index += 1) await s.schedule(Promise.resolve());
    };
    await Promise.all(Array.from({ length: tasks }, task));
  };
}

/** fast-check has no clock: a gate stands for each timer, and no order of deadlines is kept. @type {GatedProgram} */
const timers = async (s) => {
  let fired = 0;
  const task = async () => {
    await s.schedule(Promise.resolve());
    fired += 1;
  };
  await Promise.all(Array.from({ length: 20 }, task));
};

/** A gate for the answer of each call; there is none for the request. @type {GatedProgram} */
const wrappedStore = async (s) => {
  let stored = 0;
  const store = {
    read: async () => stored,
    write: async (/** @type {number} */ value) => {
      stored = value;
    },
  };
  const read = s.scheduleFunction(store.read);
  const write = s.scheduleFunction(store.write);
  const task = async () => {
    for (let round = 0; round < 5; round += 1) {
      const value = await read();
      await write(value + 1);
    }
  };
  await Promise.all([task(), task()]);
};

/** @type {Readonly<Record<import("./catalogue.mjs").ProgramKey, GatedProgram>>} */
export const gatedPrograms = {
  readModifyWrite,
  tenTasks: manyAwaits(10, 20),
  hundredTasks: manyAwaits(100, 20),
  timers,
  wrappedStore,
};
