/** A counter in a file, of two tasks (or processes): proper-lockfile keeps them apart. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Body } from "heddle";
import { lock } from "proper-lockfile";
import type { Pair } from "../pair.ts";

async function countUp(path: string): Promise<void> {
  const count = Number(await readFile(path, "utf8"));
  await writeFile(path, String(count + 1));
}

const body =
  (count: (path: string) => Promise<void>): Body =>
  async ({ spawn, sleep, setup, workspace }) => {
    const path = join(workspace(), "downloads");
    await setup(() => writeFile(path, "0"));
    await Promise.all([
      spawn("A", () => count(path)),
      spawn("B", async () => {
        await sleep(20);
        await count(path);
      }),
    ]);
    const found = await readFile(path, "utf8");
    if (found !== "2") throw new Error(`counted: ${JSON.stringify(found)}`);
  };

/** BUG: both may read before either has written. */
const unsafe: Body = body(countUp);

const safe: Body = body(async (path) => {
  const release = await lock(path, { retries: { retries: 10, minTimeout: 500 } });
  try {
    await countUp(path);
  } finally {
    await release();
  }
});

export const lockfile: Pair = {
  name: "a counter in a file",
  parts: ["proper-lockfile", "node:fs/promises"],
  law: "no count is lost",
  unsafe,
  safe,
  order: "production",
  error: /counted: /,
  within: 20,
  runs: 30,
  isComplete: false,
  isSlow: true,
};
