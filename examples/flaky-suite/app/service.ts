import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";

/** Reads its settings, and says when it is ready. */
export class Service extends EventEmitter {
  settings: Record<string, unknown> | undefined;
  readonly started: Promise<void>;

  constructor(path: string) {
    super();
    this.started = this.start(path);
  }

  private async start(path: string): Promise<void> {
    const checksum = (await readFile(path)).length;
    const text = await readFile(path, "utf8");
    this.settings = { ...(JSON.parse(text) as object), checksum };
    this.emit("ready");
  }
}
