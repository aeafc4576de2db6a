/** One position of one open file: generated records, whose lengths stand before them, and several readers. */
import { open, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { raceProperty } from "heddle/fast-check";
import { InTurn } from "../in-turn.ts";
import { subject, type Subject } from "../subject.ts";

/** @returns the next record, or nothing where there is none. */
type Next = () => Promise<string | undefined>;

async function read(file: FileHandle): Promise<string | undefined> {
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(1));
  if (bytesRead === 0) return undefined;
  const { buffer: letters } = await file.read(Buffer.alloc(head[0]!));
  return letters.toString();
}

export const records: Subject = subject<(file: FileHandle) => Next>({
  name: "an open file of several readers",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 2, max: 3 }),
      async (context, lengths, readers) => {
        const { spawn, setup, workspace } = context;
        const written = lengths.map((length, index) => String(index).repeat(length));
        const path = join(workspace(), "records");
        const file = await setup(async () => (await writeFile(path, written.map((record) => String.fromCharCode(record.length) + record).join("")), await open(path)));
        const next = create(context)(file);
        const seen: string[] = [];
        const reader = async (): Promise<void> => {
          for (let record = await next(); record !== undefined; record = await next()) seen.push(record);
        };
        await Promise.all(Array.from({ length: readers }, (_none, index) => spawn(`reader ${index + 1}`, reader)));
        await file.close();
        if (seen.toSorted().join() !== written.join()) throw new Error(`read: ${JSON.stringify(seen)}`);
      },
      options,
    ),
  correct: () => (file) => {
    const turns = new InTurn();
    return () => turns.run(() => read(file));
  },
  mutants: { "somebody reads between the length and the letters": () => (file) => () => read(file) },
});
