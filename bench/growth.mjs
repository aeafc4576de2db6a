/**
 * How what one exploration costs grows with the size of its body: CPU time at some sizes, and the exponents between them
 * (the slopes in a plot with two logarithmic axes: 1 is linear, 2 quadratic). A search's first execution, one at random,
 * and what is done with them at the end. Printed, never asserted.
 *
 *     node bench/growth.mjs          after `npm run build`; `npm run bench` runs it too
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ spawn: (name: string, body: () => Promise<void>) => unknown, io: <Value>(name: string, action: (value: number) => Value) => (value: number) => Promise<Value> }} Context
 * @typedef {{ name: string, cpuMs: readonly number[], exponents: readonly number[] }} Growth
 */

export const sizes = [2000, 4000, 8000];

/** @param {number} count @param {(index: number) => unknown} make */
const all = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** @type {Readonly<Record<string, (count: number) => (context: Context) => Promise<void>>>} */
const bodies = {
  "steps, one after the other": (count) => async () => {
    for (let index = 0; index < count; index += 1) await Promise.resolve(index);
  },
  "pending awaits": (count) => async () => {
    await all(count, async (index) => {
      await Promise.resolve(index);
    });
  },
  "pending awaits of one promise": (count) => async () => {
    /** @type {(value?: unknown) => void} */
    let open = () => undefined;
    const gate = new Promise((resolve) => (open = resolve));
    const waiting = all(count, async () => {
      await gate;
    });
    open();
    await waiting;
  },
  "pending awaits beside a timer": (count) => async () => {
    setTimeout(() => undefined, 1000);
    await all(count, async (index) => {
      await Promise.resolve(index);
    });
  },
  "spawned tasks": (count) => async ({ spawn }) => {
    for (let index = 0; index < count; index += 1) {
      spawn(`task ${index}`, async () => {
        await Promise.resolve();
        await Promise.resolve();
      });
    }
  },
  timers: (count) => async () => {
    await all(count, (index) => new Promise((resolve) => setTimeout(resolve, 1 + (index % 50))));
  },
  immediates: (count) => async () => {
    await all(count, () => new Promise((resolve) => setImmediate(resolve)));
  },
  "pending I/O": (count) => async ({ io }) => {
    const ask = io("ask", (value) => value);
    await all(count, ask);
  },
};

/** @returns {Promise<Growth[]>} */
export async function measureGrowth() {
  /** @type {Growth[]} */
  const measured = [];
  for (const name of Object.keys(bodies)) {
    /** @type {number[]} */
    const cpuMs = [];
    for (const size of sizes) cpuMs.push(await inChild(name, size));
    const exponents = cpuMs.slice(1).map((ms, index) => slope(index, /** @type {number} */ (cpuMs[index]), ms));
    measured.push({ name, cpuMs, exponents });
  }
  return measured;
}

/** @param {readonly Growth[]} measured */
export function renderGrowth(measured) {
  const widths = sizes.map((size) => size.toLocaleString("en").padStart(9)).join("");
  const lines = [`${"growth: CPU ms of an exploration, by size".padEnd(44)}${widths}   exponents`];
  for (const { name, cpuMs, exponents } of measured) {
    lines.push(`  ${name.padEnd(42)}${cpuMs.map((ms) => (Number.isNaN(ms) ? "too long" : ms.toFixed(0)).padStart(9)).join("")}   ${exponents.map((exponent) => (Number.isNaN(exponent) ? "-" : exponent.toFixed(1))).join(" ")}`);
  }
  return lines.join("\n");
}

/** @param {number} index @param {number} before @param {number} after */
function slope(index, before, after) {
  return Math.log(after / before) / Math.log(/** @type {number} */ (sizes[index + 1]) / /** @type {number} */ (sizes[index]));
}

/** In a fresh process: what was compiled for another size is not to be measured. @param {string} name @param {number} size @returns {Promise<number>} */
function inChild(name, size) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [name, String(size)], { timeout: 30_000 });
    let answer = Number.NaN;
    child.on("message", (message) => (answer = Number(message)));
    child.on("error", reject);
    child.on("exit", () => resolve(answer));
  });
}

/** The least of two, after a small one that compiles. @param {string} name @param {number} size */
async function costOf(name, size) {
  const { explore } = await import("heddle");
  const body = /** @type {NonNullable<typeof bodies[string]>} */ (bodies[name]);
  const run = async (/** @type {number} */ count) => {
    const before = process.cpuUsage();
    const options = { strategy: "random", order: "latency", scope: "all", runs: 1, maxSteps: 1e7, timeMs: 1e6, latencyMs: 1e6, leaks: "ignore" };
    const { failure } = await explore(body(count), /** @type {any} */ (options));
    if (failure !== undefined) throw failure;
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  await run(500);
  return Math.min(await run(size), await run(size));
}

const [name, size] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.send === undefined || name === undefined) console.log(renderGrowth(await measureGrowth()));
  else {
    process.send(await costOf(name, Number(size)));
    process.disconnect();
  }
}
