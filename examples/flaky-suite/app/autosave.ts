import { writeFile } from "node:fs/promises";

/** Saves a text once nobody has typed for a while. */
export class Autosave {
  private readonly path: string;
  private readonly delayMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The last write. */
  saved: Promise<void> = Promise.resolve();
  saves = 0;

  constructor(path: string, delayMs: number) {
    this.path = path;
    this.delayMs = delayMs;
  }

  type(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.saves += 1;
      this.saved = writeFile(this.path, text);
    }, this.delayMs);
  }
}
