import { Port, portOf } from "./port.ts";

/** The ports of a transfer list that are known, in its order, ready to go. */
export function transferred(options: unknown): readonly Port[] | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const list: unknown = Array.isArray(options) ? options : (options as { transfer?: unknown }).transfer;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const ports = list.map(portOf).filter((port) => port !== undefined);
  if (ports.length === 0) return undefined;
  for (const port of ports) port.prepare();
  return ports;
}

/**
 * The ports of a transfer list have gone to another thread.
 * @param worker - to which they were handed.
 */
export function handOver(ports: readonly Port[] | undefined, worker: object): void {
  Port.handOver(ports, worker);
}
