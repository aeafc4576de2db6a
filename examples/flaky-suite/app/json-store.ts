import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Values by key, a file each. */
export class JsonStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async get<Value>(key: string, otherwise: Value): Promise<Value> {
    try {
      return JSON.parse(await readFile(this.path(key), "utf8")) as Value;
    } catch {
      return otherwise;
    }
  }

  async set(key: string, value: unknown): Promise<void> {
    await writeFile(this.path(key), JSON.stringify(value));
  }

  private path(key: string): string {
    return join(this.folder, `${key}.json`);
  }
}
