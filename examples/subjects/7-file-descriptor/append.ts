/** One file descriptor shared by several tasks: a real file, each step of which is an event. */
import { mkdtemp, open, readFile, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";
import { inTurn } from "../in-turn.ts";

/** BUG: the end of the file may have moved between the question and the write. */
async function append(file: FileHandle, record: string): Promise<void> {
  const { size } = await file.stat();
  await file.write(record, size);
}

const body =
  (share: () => typeof append): Body =>
  async ({ spawn }) => {
    const folder = await mkdtemp(join(tmpdir(), "heddle-example-"));
    const file = await open(join(folder, "log"), "w+");
    const write = share();
    await Promise.all([
      spawn("A", () => write(file, "record of A\n")),
      spawn("B", async () => {
        await file.stat();
        await file.stat();
        await write(file, "record of B\n");
      }),
    ]);
    const text = await readFile(join(folder, "log"), "utf8");
    await file.close();
    await rm(folder, { recursive: true });
    if (text.split("\n").toSorted().join() !== ",record of A,record of B") throw new Error(`in the file: ${JSON.stringify(text)}`);
  };

const unsafe: Body = body(() => append);

const safe: Body = body(() => {
  const take = inTurn();
  return (file, record) => take(() => append(file, record));
});

export const appended: Pair = {
  name: "two writers of one file",
  parts: ["node:fs/promises"],
  law: "no record is lost",
  unsafe,
  safe,
  order: "production",
  error: /in the file: "record of [AB]\\n"/,
  within: 20,
  runs: 80,
  isComplete: true,
  isSlow: true,
};
