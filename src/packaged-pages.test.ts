import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["README.md", "AGENTS.md", ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md") && !file.startsWith("reference")).map((file) => join("docs", file))];

test("what the pages link to is in the package", () => {
  const told = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" })) as readonly { readonly files: readonly { readonly path: string }[] }[];
  const packed = new Set(told[0]!.files.map(({ path }) => path));
  const missing = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map((match) => normalize(join(dirname(page), match[1]!)))
      .filter((target) => !packed.has(target) && ![...packed].some((file) => file.startsWith(`${target}/`)))
      .map((target) => `${page}: ${target}`),
  );
  expect(missing).toEqual([]);
  expect(packed.has("AGENTS.md") && existsSync(join(root, "AGENTS.md"))).toBe(true);
});

test("the page for coding agents is a page", () => {
  expect(readFileSync(join(root, "AGENTS.md"), "utf8").split("\n").length).toBeLessThanOrEqual(61);
});
