import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { Audit, Report, takeLock } from "../app/audit.ts";
import { select, selectLast, shown } from "../app/selection.ts";
import { file, sleep, useFolder } from "./folder.ts";

useFolder();

describe("an audit", () => {
  test("has noted what was done after a while", async () => {
    const audit = new Audit(file("audit.log", ""));
    audit.note("login");
    await sleep(150);
    expect(await readFile(file("audit.log"), "utf8")).toBe("login\n");
  });

  test("has noted what was done once it is flushed", async () => {
    const audit = new Audit(file("audit.log", ""));
    audit.note("login");
    await audit.flushed();
    expect(await readFile(file("audit.log"), "utf8")).toBe("login\n");
  });

  test("of two programs has the lines in their order", async () => {
    const [one, two] = [new Audit(file("audit.log", "")), new Audit(file("audit.log"))];
    one.note("login");
    await sleep(20);
    two.note("logout");
    await Promise.all([one.flushed(), two.flushed()]);
    expect(await readFile(file("audit.log"), "utf8")).toBe("login\nlogout\n");
  });
});

describe("a report", () => {
  test("is that of the last write", async () => {
    const report = new Report(file("report.txt"));
    const first = report.write("first");
    await sleep(20);
    await report.write("last");
    await first;
    expect(await readFile(file("report.txt"), "utf8")).toBe("last");
  });

  test("is that of the last write in turn", async () => {
    const report = new Report(file("report.txt"));
    const first = report.writeInTurn("first");
    await sleep(20);
    await report.writeInTurn("last");
    await first;
    expect(await readFile(file("report.txt"), "utf8")).toBe("last");
  });
});

describe("a lock", () => {
  test("belongs to who came first", async () => {
    const first = takeLock(file("lock"));
    await sleep(20);
    expect(await takeLock(file("lock"))).toBe(false);
    expect(await first).toBe(true);
  });

  test("belongs to one of two", async () => {
    const both = await Promise.all([takeLock(file("lock")), takeLock(file("lock"))]);
    expect(both.filter((isTaken) => isTaken)).toHaveLength(1);
  });
});

describe("the user who is shown", () => {
  test("is the one who was asked for last", async () => {
    const first = select(file("ada", "Ada"));
    await sleep(20);
    await select(file("grace", "Grace"));
    await first;
    expect(shown()).toBe("Grace");
  });

  test("is the last one, whose file may come first", async () => {
    const first = selectLast(file("ada", "Ada"));
    await sleep(20);
    await selectLast(file("grace", "Grace"));
    await first;
    expect(shown()).toBe("Grace");
  });
});

describe("an answer", () => {
  test("is there after a long sleep", async () => {
    const { url, close } = await serve();
    let answer = "";
    const asking = fetch(url).then(async (response) => {
      answer = await response.text();
    });
    await sleep(300);
    expect(answer).toBe("page");
    await asking;
    await close();
  });

  test("is there when it was waited for", async () => {
    const { url, close } = await serve();
    const response = await fetch(url);
    expect(await response.text()).toBe("page");
    await close();
  });
});

async function serve(): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer((_request, response) => response.end("page"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
