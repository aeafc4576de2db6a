import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A folder of each test's own. */
export const folder = { path: "" };

export function useFolder(): void {
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), "flaky-"));
  });
  afterEach(() => {
    rmSync(folder.path, { recursive: true, force: true });
  });
}

/** A file in it. */
export function file(name: string, text?: string): string {
  const path = join(folder.path, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
