/**
 * The programs that are measured, as a user would write them: plain async code, and nothing of the harness but the
 * I/O boundary. The same functions run under heddle and natively; the plugin's variant is made from this very text,
 * so nothing in here imports anything.
 *
 * @typedef {object} Context
 * @property {{ wrap: <Target extends object>(target: Target, name?: string) => Target }} io
 */

/** 2 tasks × 5 read-modify-writes: 20 awaits. */
export async function readModifyWrite() {
  let count = 0;
  const read = async () => count;
  const write = async (/** @type {number} */ value) => {
    count = value;
  };
  const task = async () => {
    for (let round = 0; round < 5; round += 1) {
      const value = await read();
      await write(value + 1);
    }
  };
  await Promise.all([task(), task()]);
}

/** @param {number} tasks @param {number} awaits */
function manyAwaits(tasks, awaits) {
  const task = async () => {
    for (let index = 0; index < awaits; index += 1) await Promise.resolve();
  };
  return async () => {
    await Promise.all(Array.from({ length: tasks }, task));
  };
}

export const tenTasks = manyAwaits(10, 20);
export const hundredTasks = manyAwaits(100, 20);

/** 20 tasks, each with a timer of 1 to 4 ms. */
export async function timers() {
  let fired = 0;
  const task = async (/** @type {number} */ delayMs) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    fired += 1;
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => task(1 + (index % 4))));
}

class Store {
  value = 0;

  async read() {
    return this.value;
  }

  /** @param {number} value */
  async write(value) {
    this.value = value;
  }
}

/** 2 tasks × 5 read-modify-writes on a store behind an I/O boundary: 20 calls. @param {Context} context */
export async function wrappedStore({ io }) {
  const store = io.wrap(new Store(), "store");
  const task = async () => {
    for (let round = 0; round < 5; round += 1) {
      const value = await store.read();
      await store.write(value + 1);
    }
  };
  await Promise.all([task(), task()]);
}
