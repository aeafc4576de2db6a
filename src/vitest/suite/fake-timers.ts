import { vi } from "vitest";

/** Knows whether a test uses vitest's fake timers: they are a clock of their own. */
export class FakeTimers {
  private used = false;

  install(): void {
    const { useFakeTimers } = vi;
    vi.useFakeTimers = (...values) => {
      this.used = true;
      return useFakeTimers.apply(vi, values);
    };
  }

  /** From here on. */
  watch(): void {
    this.used = false;
  }

  get wereUsed(): boolean {
    return this.used || vi.isFakeTimers();
  }
}
