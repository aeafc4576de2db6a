import type { Readable } from "node:stream";
import { readFrame as readFrameAlone, type Registry } from "./frames.ts";

/** For each stream, the reading of the frame that was asked for last. */
const lastReads = new WeakMap<Readable, Promise<unknown>>();

/** One frame at a time: who asks meanwhile waits for its turn. */
export function readFrame(stream: Readable, registry: Registry): Promise<string> {
  const before = lastReads.get(stream) ?? Promise.resolve();
  const frame = before.then(() => readFrameAlone(stream, registry));
  lastReads.set(stream, frame.catch(() => undefined));
  return frame;
}
