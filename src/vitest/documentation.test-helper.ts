/** The README and the pages of `docs/`, for the tests that run what stands in them. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Texts by their paths within the project, the README first. What is made from docstrings is none of them. */
export function documentationPages(): ReadonlyMap<string, string> {
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  const files = ["README.md", ...docs.filter((file) => file.endsWith(".md") && !file.startsWith("reference/")).sort().map((file) => `docs/${file}`)];
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
}

/** The code blocks of a page that begin with a comment of their file's name, by that name. */
export function namedBlocks(page: string): readonly (readonly [name: string, code: string])[] {
  return [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!]);
}

/**
 * Makes a folder a package of its own, with heddle installed: seeds are those of a reader who begins in an empty folder. Where
 * `HEDDLE_PACKED` names a packed tarball, it is that which is installed, and not the built checkout.
 */
export function ownPackage(folder: string): void {
  writeFileSync(join(folder, "package.json"), '{ "name": "app", "type": "module", "private": true }\n');
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const installed = join(folder, "node_modules/heddle");
  if (existsSync(installed)) return;
  const packed = process.env["HEDDLE_PACKED"] ?? "";
  if (packed === "") return symlinkSync(ROOT, installed, "junction");
  mkdirSync(installed);
  execFileSync("tar", ["-xzf", packed, "-C", installed, "--strip-components=1"]);
}
