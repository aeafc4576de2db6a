/** Messages of one port keep their order; those of two ports have none. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

interface Told {
  readonly settings?: string;
  readonly job?: string;
}

/** @returns what the settings and the job are sent by. */
type Connect = (listener: (told: Told) => void) => { readonly settings: MessagePort; readonly jobs: MessagePort };

function channelTo(listener: (told: Told) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.addEventListener("message", ({ data }: MessageEvent<Told>) => listener(data));
  port2.start();
  return port1;
}

const body =
  (connect: Connect): Body =>
  async ({ spawn }) => {
    let settings = "no";
    const found = await new Promise<string>((finish) => {
      const ports = connect((told) => {
        settings = told.settings ?? settings;
        if (told.job === undefined) return;
        finish(`${told.job} with ${settings} settings`);
        for (const port of new Set(Object.values(ports))) port.close();
      });
      spawn("settings", async () => {
        ports.settings.postMessage({ settings: "new" } satisfies Told);
        spawn("job", async () => ports.jobs.postMessage({ job: "print" } satisfies Told));
      });
    });
    if (found !== "print with new settings") throw new Error(`done: ${found}`);
  };

/** BUG: what was sent first by another port does not have to come first. */
const unsafe: Body = body((listener) => ({ settings: channelTo(listener), jobs: channelTo(listener) }));

const safe: Body = body((listener) => {
  const port = channelTo(listener);
  return { settings: port, jobs: port };
});

export const twoPorts: Pair = {
  name: "messages over two ports",
  parts: ["MessageChannel"],
  law: "a job is done with the settings that were sent before it",
  unsafe,
  safe,
  order: "production",
  error: /done: print with no settings/,
  within: 20,
  runs: 100,
  isComplete: true,
};
