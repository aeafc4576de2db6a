import { HeddleError } from "../../../engine/errors.ts";
import { control } from "../../control.ts";
import { nodeProcess } from "../../natives.ts";
import { hasFiles, nativeFiles, nativePaths } from "./native-files.ts";

/*
 * A folder of an execution's own, below the system's temporary folder. It has the same path in all executions of a thread:
 * what is compared between executions (errors, results, the places that operations touch) may name it.
 */

/** That of the execution that runs now. */
let folder: string | undefined;
/** Counts on where a folder could not be removed, or belongs to somebody else. */
let number = 1;

/**
 * The folder of the execution, made at the first call.
 * @throws HeddleError `UNSUPPORTED` where there are no files.
 */
export function workspace(): string {
  return (folder ??= control.outside(make));
}

function make(): string {
  const [os, threads] = ["node:os", "node:worker_threads"].map((name) => nodeProcess.getBuiltinModule?.(name));
  if (!hasFiles() || os === undefined) {
    throw new HeddleError("UNSUPPORTED", "workspace() needs the files of Node, and this runtime has none: leave it out here");
  }
  const { mkdirSync, realpathSync } = nativeFiles();
  const above = realpathSync((os["tmpdir"] as () => string)());
  for (; ; number += 1) {
    const made = nativePaths().join(above, `heddle-${nodeProcess.pid ?? 0}-${String(threads?.["threadId"] ?? 0)}-${number}`);
    try {
      // Never one that is there already: it is somebody else's.
      mkdirSync(made, 0o700);
      return made;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    }
  }
}

/** At the end of an execution. */
export function removeWorkspace(): void {
  if (folder === undefined) return;
  const removed = folder;
  folder = undefined;
  try {
    control.outside(() => nativeFiles().rmSync(removed, { recursive: true, force: true, maxRetries: 3 }));
  } catch {
    // Something that heddle doesn't control still writes there: the next execution has another one.
    number += 1;
  }
}
