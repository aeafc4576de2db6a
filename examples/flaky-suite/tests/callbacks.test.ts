import { readFile, stat, writeFile } from "node:fs";
import { describe, expect, test } from "vitest";
import { file, useFolder } from "./folder.ts";

useFolder();

type Callback<Value> = (error: Error | null, value?: Value) => void;

function sizeOf(path: string, callback: Callback<number>): void {
  stat(path, (error, stats) => callback(error, stats?.size));
}

function textOf(path: string, callback: Callback<string>): void {
  readFile(path, "utf8", callback);
}

function both(path: string, callback: (size: number, text: string) => void): void {
  let size: number | undefined;
  let text: string | undefined;
  const done = (): void => {
    if (size !== undefined && text !== undefined) callback(size, text);
  };
  sizeOf(path, (_error, value) => {
    size = value;
    done();
  });
  textOf(path, (_error, value) => {
    text = value;
    done();
  });
}

describe("files with callbacks", () => {
  test("the size is known before the text", () =>
    new Promise<void>((resolve, reject) => {
      const path = file("a.txt", "hello");
      let size = 0;
      sizeOf(path, (_error, value) => {
        size = value!;
      });
      textOf(path, (_error, text) => {
        try {
          expect(text).toHaveLength(size);
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    }));

  test("both are waited for", () =>
    new Promise<void>((resolve, reject) => {
      both(file("a.txt", "hello"), (size, text) => {
        try {
          expect(text).toHaveLength(size);
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    }));

  test("a missing file is an error", () =>
    new Promise<void>((resolve) => {
      textOf(file("none.txt"), (error) => {
        expect(error).toMatchObject({ code: "ENOENT" });
        resolve();
      });
    }));

  test.each(["", "a", "ab", "abc", "abcd"])("%j is read as it was written", (text) =>
    new Promise<void>((resolve, reject) => {
      writeFile(file("b.txt"), text, () => {
        textOf(file("b.txt"), (error, read) => {
          if (error !== null || read !== text) reject(error ?? new Error(`read ${read}`));
          else resolve();
        });
      });
    }),
  );

  test("as many answers as questions", () =>
    new Promise<void>((resolve) => {
      const path = file("c.txt", "text");
      const answers: string[] = [];
      for (let index = 0; index < 4; index += 1) {
        textOf(path, (_error, text) => {
          answers.push(text!);
          if (answers.length === 4) {
            expect(answers).toEqual(["text", "text", "text", "text"]);
            resolve();
          }
        });
      }
    }));
});
