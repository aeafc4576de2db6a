import { once } from "node:events";
import type { Readable } from "node:stream";

/** Knows what frames of each type are called. */
export interface Registry {
  find(type: number): Promise<string>;
}

/** A frame on the wire: two bytes (its type and the length of its text), then the text. */
export async function readFrame(stream: Readable, registry: Registry): Promise<string> {
  const [type = 0, length = 0] = await readBytes(stream, 2);
  const name = await registry.find(type);
  // BUG: whoever else reads from this stream may have come in between, and taken our text for its header.
  const text = await readBytes(stream, length);
  return `${name}: ${text}`;
}

async function readBytes(stream: Readable, count: number): Promise<Buffer> {
  while (stream.readableLength < count) await once(stream, "readable");
  return stream.read(count) as Buffer;
}
