import { appendFile, readFile, rename } from "node:fs/promises";
import type { Mutex } from "./mutex.ts";

/** Lines in a file, counted, which can be put aside. */
export class LogFile {
  readonly path: string;
  count = 0;

  constructor(path: string) {
    this.path = path;
  }

  async add(line: string): Promise<void> {
    await appendFile(this.path, `${line}\n`);
    this.count += 1;
  }

  async rotate(): Promise<void> {
    await rename(this.path, `${this.path}.1`);
    this.count = 0;
  }

  async lines(of: string = this.path): Promise<string[]> {
    return (await readFile(of, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  }
}

/** The same, one operation after another. */
export class OrderedLogFile extends LogFile {
  private readonly mutex: Mutex;

  constructor(path: string, mutex: Mutex) {
    super(path);
    this.mutex = mutex;
  }

  override add(line: string): Promise<void> {
    return this.mutex.run(() => super.add(line));
  }

  override rotate(): Promise<void> {
    return this.mutex.run(() => super.rotate());
  }
}
