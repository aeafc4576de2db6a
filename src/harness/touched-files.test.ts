import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explore, type Body } from "heddle";
import { expect, test } from "vitest";

async function sentenceOf(body: Body): Promise<string> {
  const { failure, summary } = await explore(body, { order: "production" });
  expect(failure, summary).toBeDefined();
  return failure!.sentence;
}

test("what two tasks meet at is named: a file that is read while it is written", async () => {
  const sentence = await sentenceOf(async ({ spawn, workspace }) => {
    const file = join(workspace(), "orders.json");
    writeFileSync(file, "[]");
    spawn("writer", () => writeFile(file, '["tea"]'));
    JSON.parse(await spawn("reader", () => readFile(file, "utf8")));
  });
  expect(sentence).toMatch(/; both touched orders\.json$/);
});

test("a look that works at once counts, and so does what never came to run", async () => {
  const sentence = await sentenceOf(async ({ spawn, sleep, workspace }) => {
    const flag = join(workspace(), "flag");
    spawn("starter", () => writeFile(flag, ""));
    await spawn("sleeper", async () => {
      await sleep(50);
      if (!existsSync(flag)) throw new Error("not there");
    });
  });
  expect(sentence).toMatch(/timer of 50 ms fired.* before starter's .*; both touched flag$/);
});

test("an open file is named by its path", async () => {
  const sentence = await sentenceOf(async ({ spawn, workspace }) => {
    const path = join(workspace(), "log");
    const file = await open(path, "w+");
    const put = async (text: string): Promise<void> => {
      const { size } = await file.stat();
      await file.write(text, size);
    };
    await Promise.all([
      spawn("one", () => put("one")),
      spawn("two", async () => {
        await file.stat();
        await file.stat();
        await put("two");
      }),
    ]);
    await file.close();
    expect(readFileSync(path, "utf8")).toHaveLength(6);
  });
  expect(sentence).toMatch(/; both touched log$/);
});
