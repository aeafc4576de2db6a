import { expect, test } from "vitest";
import { fullPlace, rowPlaces, shortPlace } from "./places.ts";
import type { Site } from "./timeline.ts";

function at(file: string): Site {
  return { file, line: 12, column: 5, functionName: undefined };
}

test.each([
  ["/app/src/wallet.ts", "/app", "src/wallet.ts:12:5"],
  ["/app/src/wallet.ts", "/app/", "src/wallet.ts:12:5"],
  ["/apple/src/wallet.ts", "/app", "/apple/src/wallet.ts:12:5"],
  ["/app/src/wallet.ts", undefined, "/app/src/wallet.ts:12:5"],
  ["file:///app/my%20src/wallet.ts?v=1", "/app", "my src/wallet.ts:12:5"],
  ["file:///C:/app/wallet.ts", "C:\\app", "wallet.ts:12:5"],
  ["file:///app/100%.ts", "/app", "100%.ts:12:5"],
  ["https://esm.sh/p-limit?bundle", "/app", "https://esm.sh/p-limit:12:5"],
])("%s in %s", (file, cwd, expected) => {
  expect(fullPlace(at(file), cwd)).toBe(expected);
});

test("sentences name the file alone, but not an index", () => {
  expect(shortPlace(at("/app/src/wallet.ts"))).toBe("wallet.ts:12");
  expect(shortPlace(at("/app/src/bank/index.ts"))).toBe("bank/index.ts:12");
});

test("rows name the file alone, with as many folders as tell it from the others", () => {
  const place = rowPlaces(["/app/src/a/store.ts", "/app/src/b/store.ts", "/app/src/wallet.ts", "/app/src/bank/index.ts"].map(at));
  expect(place(at("/app/src/wallet.ts"))).toBe("wallet.ts:12:5");
  expect(place(at("/app/src/a/store.ts"))).toBe("a/store.ts:12:5");
  expect(place(at("/app/src/bank/index.ts"))).toBe("bank/index.ts:12:5");
  expect(place(at("/elsewhere/x.ts"))).toBe("/elsewhere/x.ts:12:5");
});

test("a package's places begin with its name", () => {
  const inner: Site = { ...at("/app/node_modules/a/node_modules/@scope/pool/dist/index.js"), package: "@scope/pool" };
  expect(rowPlaces([inner])(inner)).toBe("@scope/pool/dist/index.js:12:5");
  expect(shortPlace(inner)).toBe("@scope/pool/dist/index.js:12");
  expect(fullPlace(inner, "/app")).toBe("node_modules/a/node_modules/@scope/pool/dist/index.js:12:5");
});
