/** One file of several tasks: generated records, with and without positions, and a reader beside them. */
import { open, readFile, rename, writeFile, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

/** A log of records, and the state of something beside it that is written as a whole. */
interface Files {
  append(record: string): Promise<void>;
  replace(state: string): Promise<void>;
}

type Open = (log: FileHandle, state: string) => Files;

interface Task {
  readonly records: number;
  readonly length: number;
  readonly state: string | undefined;
}

const task: fc.Arbitrary<Task> = fc.record(
  { records: fc.integer({ min: 1, max: 2 }), length: fc.constantFrom(1, 5), state: fc.option(fc.constantFrom("one", "two"), { nil: undefined }) },
  { noNullPrototype: true },
);

let temporary = 0;
async function writeBeside(path: string, text: string): Promise<void> {
  const beside = `${path}.${(temporary += 1)}`;
  await writeFile(beside, text);
  await rename(beside, path);
}

const right = (log: FileHandle, state: string): Files => ({
  // The file is open for appending: the system knows where its end is.
  append: async (record) => void (await log.write(record)),
  replace: (text) => writeBeside(state, text),
});

export const file: Subject = subject<Open>({
  name: "a file of several tasks",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(task, { minLength: 2, maxLength: 3 }),
      async (context, tasks) => {
        const { spawn, setup, workspace } = context;
        const [path, state] = [join(workspace(), "log"), join(workspace(), "state")];
        temporary = 0;
        const log = await setup(async () => (await writeFile(state, "none"), await open(path, "a+")));
        const own = create(context)(log, state);
        const written: string[] = [];
        await Promise.all(
          tasks.map(({ records, length, state: next }, index) =>
            spawn(`task ${index + 1}`, async () => {
              for (let count = 0; count < records; count += 1) {
                const record = `<${"ab".repeat(length)} ${index}.${count}>`;
                written.push(record);
                await own.append(record);
              }
              if (next !== undefined) await own.replace(next);
              const seen = await readFile(state, "utf8");
              if (!["none", "one", "two"].includes(seen)) throw new Error(`torn: ${JSON.stringify(seen)}`);
            }),
          ),
        );
        await log.close();
        const found = (await readFile(path, "utf8")).match(/<[^<>]*>|./g) ?? [];
        if (found.toSorted().join() !== written.toSorted().join()) throw new Error(`in the log: ${found.join("")}`);
      },
      options,
    ),
  correct: () => right,
  mutants: {
    "it is written in place": () => (log, state) => ({ ...right(log, state), replace: (text) => writeFile(state, text) }),
    "the whole log is read, and written back": () => (log, state) => ({
      ...right(log, state),
      append: async (record) => {
        const before = await readFile(join(dirname(state), "log"), "utf8");
        await log.truncate(0);
        await log.write(before + record);
      },
    }),
    "a record is written in two pieces": () => (log, state) => ({
      ...right(log, state),
      append: async (record) => {
        await log.write(record.slice(0, 3));
        await log.write(record.slice(3));
      },
    }),
    "all use one name beside it": () => (log, state) => ({
      ...right(log, state),
      replace: async (text) => {
        await writeFile(`${state}.new`, text);
        await rename(`${state}.new`, state);
      },
    }),
  },
});
