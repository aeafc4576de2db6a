import { once } from "node:events";
import { createServer } from "node:net";
import { Mutex } from "async-mutex";
import { explore, type Body } from "heddle";
import { describe, expect, test } from "vitest";

/** The lanes of the report, and its first line. */
async function told(body: Body): Promise<{ readonly lanes: string; readonly sentence: string }> {
  const { failure } = await explore(body, { runs: 300, corpus: false });
  const lanes = failure!.toString().split("\n").find((line) => line.includes("(each row:"))!;
  return { lanes: lanes.replace(/\s*\(each row:.*/u, ""), sentence: failure!.sentence };
}

describe("one call is one lane", () => {
  test("though it asks for several things by a helper that only hands them on", async () => {
    const { lanes, sentence } = await told(async ({ io, sleep }) => {
      const done: string[] = [];
      const start = (name: string): Promise<void> => io(name, () => undefined)().then(() => void done.push(name));
      async function upload(): Promise<void> {
        const all = [start("db.first"), start("db.second"), start("db.third")];
        await sleep(1);
        await Promise.all(all);
        if (done[0] !== "db.first") throw new Error(done.join());
      }
      await upload();
    });
    expect(lanes).toBe("main");
    expect(sentence).toContain("asked by upload()");
    expect(sentence).not.toContain("(2)");
  });

  test("though a package awaits in it before it does itself", async () => {
    const { lanes } = await told(async ({ io }) => {
      const [left, right] = [new Mutex(), new Mutex()];
      const order: string[] = [];
      const save = io("save", (name: string) => void order.push(name));
      async function editor(): Promise<void> {
        const all = [left.runExclusive(async () => await save("a")), right.runExclusive(async () => await save("b"))];
        await Promise.all(all);
        if (order[0] !== "a") throw new Error(order.join());
      }
      await editor();
    });
    expect(lanes).toBe("main");
  });

  test("named after what a timer's callback calls, and not after the timer", async () => {
    const { lanes, sentence } = await told(async ({ io, sleep }) => {
      let saved = "";
      const put = io("put", (to: string) => void (saved = to));
      async function autosave(text: string): Promise<void> {
        await put(text);
      }
      // oxlint-disable-next-line no-restricted-globals -- the body's own timers.
      const later = setTimeout;
      later(() => void autosave("old"), 1);
      later(() => void autosave("new"), 2);
      await sleep(20);
      if (saved !== "new") throw new Error(`kept ${saved}`);
    });
    expect(sentence).toContain("autosave()");
    expect(`${sentence} ${lanes}`).not.toContain("callback");
  });

  test("named after what a function without a name was handed to", async () => {
    const { lanes } = await told(async ({ io }) => {
      const done: string[] = [];
      const write = io("log.write", (line: string) => void done.push(line));
      await Promise.all(["1", "2", "3"].map(async (line) => await write(line)));
      if (done.join("") !== "123") throw new Error(done.join(""));
    });
    expect(lanes).toMatch(/^map callback  map cal.*\(2\)  map cal.*\(3\)$/u);
  });

  test("though what it begins asks for several things, and a promise is made for its timer", async () => {
    const { lanes, sentence } = await told(async ({ io }) => {
      const saved: string[] = [];
      const save = io("save", (text: string) => void saved.push(text));
      async function serve(): Promise<void> {
        const server = createServer().listen(0, "127.0.0.1");
        await once(server, "listening");
        const first = save("first");
        // oxlint-disable-next-line no-restricted-globals -- the body's own timer.
        await new Promise((resolve) => setTimeout(resolve, 3));
        await Promise.all([first, save("second")]);
        server.close();
        if (saved[0] !== "first") throw new Error(saved.join());
      }
      await serve();
    });
    expect(lanes).toBe("main");
    expect(sentence).not.toContain("(2)");
  });

  test("and a timer is its own that a helper makes for it", async () => {
    const { lanes, sentence } = await told(async ({ io }) => {
      let balance = 100;
      const read = io("read", () => balance);
      // oxlint-disable-next-line no-restricted-globals -- the body's own timer.
      const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
      async function withdraw(amount: number): Promise<void> {
        const before = await read();
        balance = before - amount;
      }
      const first = withdraw(10);
      await pause(90);
      await withdraw(20);
      await first;
      if (balance !== 70) throw new Error(String(balance));
    });
    expect(lanes).not.toContain("pause");
    expect(sentence).not.toContain("pause");
  });
});
