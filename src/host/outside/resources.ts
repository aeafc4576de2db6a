import { nodeProcess } from "../natives.ts";

/*
 * What the process has open, as the runtime counts it. Its names for it are those of its own classes, so each is put into
 * words before it is told to anybody.
 */

/** What the runtime calls its resources for ports. */
export const PORT = "MessagePort";
/** What the runtime calls its resources for sockets. */
export const SOCKET: RegExp = /(?:TCP|Pipe|Connect|Shutdown|Write|Stream)\w*Wrap$/;

/** The first that fits a name tells what it is, and what is to be awaited at its end. */
const WORDS: readonly (readonly [name: RegExp, what: string, end: string])[] = [
  [/^(?:TCPServer|PipeServer)/, "servers", "close()"],
  [/^(?:UDP|SendWrap|JSUDP)/, "UDP sockets", "close()"],
  [/^Process/, "child processes", 'their "close"'],
  [/^(?:TLS|JSStream)/, "sockets", 'their "close"'],
  [SOCKET, "sockets", 'their "close"'],
  [/^(?:MessagePort|Worker)/, "workers and message ports", "terminate() or close()"],
  [/^FSEvent/, "fs.watch", "close()"],
  [/^StatWatcher/, "fs.watchFile", "unwatchFile()"],
  [/^(?:FS|FileHandle|Dir|CloseReq)/, "file operations", "their end"],
  [/AddrInfo|NameInfo|^(?:Query|DNSChannel|Channel)/i, "DNS queries", "their end"],
  [/^TTY/, "the terminal", "its end"],
  [/^Signal/, "signals", "their end"],
  [/^(?:Http2|HTTP2)/, "HTTP/2 sessions", "close()"],
  [/^(?:Zlib|ZLIB|Brotli|Zstd)/, "compression", "its end"],
  [/(?:Job|KeyGen|Scrypt|PBKDF2|RandomBytes|HKDF)|^(?:Sign|Verify|Check)/, "crypto", "its end"],
];

/** How many there are of each name. Timers are not counted: heddle has its own. */
export function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of nodeProcess.getActiveResourcesInfo?.() ?? []) {
    if (name !== "Timeout" && name !== "Immediate") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * For the verdict: what could deliver something.
 * @param isLeft - an earlier execution has left it open.
 */
export function tellResource(name: string, isLeft: boolean): string {
  const [, what, end] = WORDS.find(([pattern]) => pattern.test(name)) ?? [undefined, "something that the process has open", "its end"];
  return isLeft ? `${what} left open by an earlier execution (await ${end} in the body)` : `events of ${what}`;
}
