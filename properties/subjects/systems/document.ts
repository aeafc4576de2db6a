/** A file that is written and read as a whole, by write-file-atomic: a register. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { linearizable } from "heddle/fast-check";
import writeFileAtomic from "write-file-atomic";
import { subject, type Create, type Subject } from "../subject.ts";

interface Document {
  write(text: string): Promise<void>;
  read(): Promise<string>;
}

const documentOf =
  (write: (path: string, text: string) => Promise<void>): Create<Document> =>
  ({ workspace }) => {
    const path = join(workspace(), "document");
    return {
      write: (text) => write(path, text),
      read: () => readFile(path, "utf8").catch(() => "none"),
    };
  };

export const document: Subject = subject<Document>({
  name: "a file that is written as a whole",
  specified: "a model",
  orders: ["production"],
  property: (create, options) =>
    linearizable(
      {
        create,
        model: { initial: (): string => "none" },
        operations: {
          write: { arguments: [fc.constantFrom("one", "two", "three")], model: (_text, next) => [next, undefined] },
          read: { arguments: [], model: (text) => [text, text] },
        },
        size: { tasks: 2 },
      },
      options,
    ),
  correct: documentOf((path, text) => writeFileAtomic(path, text)),
  mutants: { "it is written in place": documentOf((path, text) => writeFile(path, text)) },
});
