import { EventEmitter } from "node:events";

type Message = { readonly kind: "announce" | "ask" | "found" | "missing" | "bye"; readonly name: string };

/** Knows which documents its peers have. Each peer has a channel of its own. */
export class Hub extends EventEmitter {
  private readonly known: Set<string> = new Set();
  readonly left: string[] = [];

  join(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data, port1);
    return port2;
  }

  private hear({ kind, name }: Message, port: MessagePort): void {
    if (kind === "announce") this.known.add(name);
    if (kind === "ask") port.postMessage({ kind: this.known.has(name) ? "found" : "missing", name });
    if (kind === "bye") {
      this.left.push(name);
      port.close();
    }
    this.emit(kind, name);
  }
}

/** One of those who share documents through a hub. */
export class Peer {
  private readonly port: MessagePort;

  constructor(hub: Hub) {
    this.port = hub.join();
  }

  announce(name: string): void {
    this.port.postMessage({ kind: "announce", name });
  }

  find(name: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.port.onmessage = ({ data }: MessageEvent<Message>) => resolve(data.kind === "found");
      this.port.postMessage({ kind: "ask", name });
    });
  }

  leave(name: string): void {
    this.port.postMessage({ kind: "bye", name });
  }
}
