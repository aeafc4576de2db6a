import { readFile } from "node:fs/promises";

/** The user whom everybody sees: there is one for the whole program. */
let selected = "";
let asked = 0;

/** WARNING: the one whose file comes last is shown, whoever was asked for last. */
export async function select(path: string): Promise<void> {
  const name = await readFile(path, "utf8");
  selected = name;
}

export async function selectLast(path: string): Promise<void> {
  const own = (asked += 1);
  const name = await readFile(path, "utf8");
  if (own === asked) selected = name;
}

export function shown(): string {
  return selected;
}
