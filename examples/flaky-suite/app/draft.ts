import type { JsonStore } from "./json-store.ts";

const AUTOSAVE_MS = 40;

/** A text that is saved a moment after it was last changed. */
export class Draft {
  text = "";
  private readonly store: JsonStore;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving: Promise<void> = Promise.resolve();

  constructor(store: JsonStore) {
    this.store = store;
  }

  /** WARNING: what was written meanwhile is lost. */
  async open(): Promise<void> {
    this.text = await this.store.get("draft", "");
  }

  write(text: string): void {
    this.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.saving = this.store.set("draft", this.text);
    }, AUTOSAVE_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.saving;
    await this.store.set("draft", this.text);
  }
}
