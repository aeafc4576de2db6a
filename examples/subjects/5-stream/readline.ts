/** The lines of a stream: `readline` reads from the moment on at which it is made, whether or not anybody listens. */
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Load = () => Promise<string>;

const body =
  (lines: (input: Readable, load: Load) => AsyncIterable<string>): Body =>
  async ({ spawn, io, sleep }) => {
    const input = new PassThrough();
    const load = io("config.load", () => "> ");
    const seen: string[] = [];
    const reader = spawn("reader", async () => {
      for await (const line of lines(input, load)) seen.push(line);
    });
    await spawn("sender", async () => {
      await sleep(50);
      input.write("one\ntwo\n");
      await sleep(150);
      input.end("three\n");
    });
    await reader;
    if (seen.join() !== "> one,> two,> three") throw new Error(`lines seen: ${seen.join()}`);
  };

/** BUG: there is an await between the interface and the loop over it. */
const unsafe: Body = body(async function* (input, load) {
  const lines = createInterface({ input });
  const prefix = await load();
  for await (const line of lines) yield prefix + line;
});

const safe: Body = body(async function* (input, load) {
  const prefix = await load();
  for await (const line of createInterface({ input })) yield prefix + line;
});

export const readline: Pair = {
  name: "the lines of a stream whose reader is not ready",
  parts: ["node:readline"],
  law: "no line is missed",
  unsafe,
  safe,
  order: "production",
  error: /lines seen: > three/,
  within: 20,
  runs: 200,
  isComplete: true,
};
