import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
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

/** A good many turns of the event loop: more than a request or a file takes on any machine. */
export async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await stat(folder.path);
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
