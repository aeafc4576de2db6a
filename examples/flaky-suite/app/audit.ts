import { appendFile, open, writeFile } from "node:fs/promises";

/** Notes what was done. Nobody has to wait for it. */
export class Audit {
  private readonly path: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  note(line: string): void {
    this.writing = this.writing.then(() => appendFile(this.path, `${line}\n`));
  }

  flushed(): Promise<void> {
    return this.writing;
  }
}

/** Reports that are written anew each time. */
export class Report {
  private readonly path: string;
  private last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** WARNING: two of them are written at the same time. */
  write(text: string): Promise<void> {
    return writeFile(this.path, text);
  }

  writeInTurn(text: string): Promise<void> {
    this.last = this.last.then(() => writeFile(this.path, text));
    return this.last;
  }
}

/** Takes a lock by making its file. @returns whether it was there for the taking. */
export async function takeLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.close();
    return true;
  } catch {
    return false;
  }
}
