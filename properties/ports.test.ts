/**
 * Ports in a body do what Node's ports do: programs of ports are run natively, and in every order that `production` has.
 * What each port told natively must be among what it tells in some order; and where the order of ports does not matter,
 * it is what it tells in plain JavaScript's.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import fc from "fast-check";
import { explore, install, uninstall, type ExploreOptions } from "heddle";
import { expect, it } from "vitest";
import { draw, law } from "./support/cases.ts";

const PROGRAMS = 150;
/** Programs that run natively at once: more of them, and a busy machine tells them too late. */
const AT_ONCE = 40;
/** Orders of one program that are tried. */
const MOST_ORDERS = 3000;
/** Longer than any message may take. */
const END_MS = 500;

type Action =
  | { readonly kind: "post"; readonly port: number; readonly isCloned: boolean }
  | { readonly kind: "listen"; readonly port: number; readonly way: "on" | "once" | "onmessage" | "addEventListener" }
  | { readonly kind: "close" | "stop" | "start"; readonly port: number }
  | { readonly kind: "send"; readonly port: number; readonly over: number };

interface PortProgram {
  readonly actions: readonly Action[];
  /** What the handler of a port does at its first messages. */
  readonly replies: readonly (readonly Action[])[];
}

const port = fc.nat({ max: 3 });
const post = fc.record({ kind: fc.constant("post" as const), port, isCloned: fc.boolean() });
const listen = fc.record({ kind: fc.constant("listen" as const), port, way: fc.constantFrom("on" as const, "once" as const, "onmessage" as const, "addEventListener" as const) });
const plain = fc.record({ kind: fc.constantFrom("close" as const, "stop" as const, "start" as const), port });
const send = fc.record({ kind: fc.constant("send" as const), port: fc.constantFrom(0, 1), over: fc.constantFrom(2, 3) });
const programs = fc.record<PortProgram>({
  actions: fc.array(fc.oneof({ weight: 5, arbitrary: post }, { weight: 3, arbitrary: listen }, { weight: 2, arbitrary: plain }, send), { minLength: 3, maxLength: 9 }),
  replies: fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: post }, plain), { maxLength: 1 }), { minLength: 4, maxLength: 4 }),
});

/** A handler closes its port while another port is still in the queue. */
const closesBetweenPorts: PortProgram = {
  actions: [
    { kind: "listen", port: 2, way: "on" },
    { kind: "send", port: 0, over: 3 },
    { kind: "send", port: 1, over: 3 },
  ],
  replies: [[], [], [{ kind: "close", port: 2 }], []],
};

/** Two channels, of the ports 0 and 1, and 2 and 3. Returns what each port saw, in its order. */
async function play({ actions, replies }: PortProgram): Promise<string> {
  const ports: MessagePort[] = [];
  for (let count = 0; count < 2; count += 1) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
  }
  const seen: string[][] = ports.map(() => []);
  const answered = ports.map(() => 0);
  let last = 0;
  const watch = (index: number): void => {
    ports[index]!.on("close", () => seen[index]!.push("close"));
    ports[index]!.on("messageerror", () => seen[index]!.push("messageerror"));
  };
  const hear = (index: number, data: unknown): void => {
    const { text, moved, name } = data as { text?: string; moved?: MessagePort; name?: number };
    seen[index]!.push(text ?? String(data));
    if (moved !== undefined) {
      ports[name!] = moved;
      seen[name!]!.push("moved");
      watch(name!);
      run({ kind: "listen", port: name!, way: "on" });
    }
    const isFirst = (answered[index] ?? 0) < 1;
    const reply = isFirst ? replies[index]! : [];
    answered[index]! += 1;
    for (const action of reply) run(action);
  };
  const run = (action: Action): void => {
    const index = action.port;
    const one = ports[index]!;
    try {
      act(action, one, index);
    } catch (error) {
      seen[index]!.push((error as Error).name);
    }
  };
  const act = (action: Action, one: MessagePort, index: number): void => {
    switch (action.kind) {
      case "post":
        last += 1;
        one.postMessage(action.isCloned ? { text: `o${last}` } : last);
        break;
      case "listen":
        if (action.way === "onmessage") (one as unknown as { onmessage: unknown }).onmessage = (event: MessageEvent) => hear(index, event.data);
        else if (action.way === "addEventListener") (one as unknown as EventTarget).addEventListener("message", (event) => hear(index, (event as MessageEvent).data));
        else one[action.way]("message", (data: unknown) => hear(index, data));
        break;
      case "stop":
        one.removeAllListeners("message");
        break;
      case "send":
        // Node tells that the object left behind is closed, when it likes: not looked at.
        one.removeAllListeners("close");
        ports[action.over]!.postMessage({ moved: one, name: index, text: `port ${index}` }, [one]);
        break;
      default:
        one[action.kind]();
    }
  };
  ports.forEach((_one, index) => watch(index));
  for (const action of actions) run(action);
  await new Promise((resolve) => setTimeout(resolve, END_MS));
  const result = seen.map((lines) => lines.join(" ")).join(" | ");
  for (const one of ports) one.close();
  return result;
}

async function outcomes(program: PortProgram, options: ExploreOptions): Promise<{ readonly seen: ReadonlySet<string>; readonly complete: boolean }> {
  const seen = new Set<string>();
  const { complete, failure } = await explore(async () => void seen.add(await play(program)), { order: "production", corpus: false, leaks: "ignore", latencyMs: 100, ...options });
  expect(failure?.toString()).toBeUndefined();
  return { seen, complete };
}

it("what ports tell natively, they tell in some order; and where ports do not meet, in plain JavaScript's", law(120_000), async () => {
  const drawn = [closesBetweenPorts, ...draw(programs, PROGRAMS)];
  uninstall();
  const native: string[] = [];
  for (let from = 0; from < drawn.length; from += AT_ONCE) native.push(...(await Promise.all(drawn.slice(from, from + AT_ONCE).map(play))));
  install();
  let judged = 0;
  for (const [index, program] of drawn.entries()) {
    const isSimple = program.replies.every((reply) => reply.length === 0) && program.actions.every(({ kind }) => kind !== "send");
    const { seen, complete } = await outcomes(program, isSimple ? { strategy: "fifo", runs: 1 } : { strategy: "exhaustive", runs: MOST_ORDERS });
    if (!isSimple && !complete && !seen.has(native[index]!)) continue;
    judged += 1;
    expect([...seen], JSON.stringify(program)).toContain(native[index]);
  }
  expect(judged).toBeGreaterThan(drawn.length / 2);
});
