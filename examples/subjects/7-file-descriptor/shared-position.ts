/** One position of one open file: a read without a position moves it, for everybody. */
import { open, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Body } from "heddle";
import { inTurn } from "../in-turn.ts";
import type { Pair } from "../pair.ts";

/** A byte with the length, and as many letters. */
const RECORDS = ["tea", "cake"];

/** BUG: somebody else may read between the length and the letters. */
async function next(file: FileHandle): Promise<string> {
  const { buffer: head } = await file.read(Buffer.alloc(1));
  const { buffer: letters } = await file.read(Buffer.alloc(head[0]!));
  return letters.toString();
}

const body =
  (share: () => typeof next): Body =>
  async ({ spawn, sleep, setup, workspace }) => {
    const path = join(workspace(), "records");
    const file = await setup(async () => {
      await writeFile(path, RECORDS.map((record) => String.fromCharCode(record.length) + record).join(""));
      return open(path);
    });
    const read = share();
    const records = await Promise.all([
      spawn("A", () => read(file)),
      spawn("B", async () => {
        await sleep(20);
        return read(file);
      }),
    ]);
    await file.close();
    if (records.toSorted().join() !== "cake,tea") throw new Error(`records read: ${JSON.stringify(records)}`);
  };

const unsafe: Body = body(() => next);

const safe: Body = body(() => {
  const take = inTurn();
  return (file) => take(() => next(file));
});

export const sharedPosition: Pair = {
  name: "two readers of one open file",
  parts: ["node:fs/promises"],
  law: "no record is torn, and none is read twice",
  unsafe,
  safe,
  order: "production",
  error: /records read: /,
  within: 20,
  runs: 100,
  isComplete: true,
  isSlow: true,
  isUnmeasured: true,
};
