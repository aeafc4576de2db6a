/** A file that is written as a whole while another task reads it: write-file-atomic writes beside it, and renames. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Body } from "heddle";
import writeFileAtomic from "write-file-atomic";
import type { Pair } from "../pair.ts";

const OLD = JSON.stringify({ theme: "light" });
const NEW = JSON.stringify({ theme: "dark" });

const body =
  (write: (path: string, text: string) => Promise<void>): Body =>
  async ({ spawn, sleep, setup, workspace }) => {
    const path = join(workspace(), "settings.json");
    await setup(() => writeFile(path, OLD));
    const [, text] = await Promise.all([
      spawn("save", () => write(path, NEW)),
      spawn("load", async () => {
        await sleep(20);
        return readFile(path, "utf8");
      }),
    ]);
    if (text !== OLD && text !== NEW) throw new Error(`torn: ${JSON.stringify(text)}`);
  };

/** BUG: `writeFile` empties the file before it writes. */
const unsafe: Body = body((path, text) => writeFile(path, text));

const safe: Body = body((path, text) => writeFileAtomic(path, text));

export const replace: Pair = {
  name: "a file that is read while it is written",
  parts: ["write-file-atomic", "node:fs/promises"],
  law: "a reader sees one whole version",
  unsafe,
  safe,
  order: "production",
  error: /torn: /,
  within: 20,
  runs: 100,
  isComplete: false,
  isSlow: true,
};
