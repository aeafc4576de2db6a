import { readFileSync } from "node:fs";

/** Whether a part is a package of npm's: other parts are modules of Node's (`node:fs`), and things of the language's (`Promise`). */
export function isPackage(part: string): boolean {
  return !part.startsWith("node:") && !/^[A-Z]/.test(part);
}

export function withVersion(part: string): string {
  if (!isPackage(part)) return part;
  const manifest = readFileSync(new URL(`../../../../../node_modules/${part}/package.json`, import.meta.url), "utf8");
  return `${part}@${(JSON.parse(manifest) as { version: string }).version}`;
}

/** What prints a subject's report. */
export function commandOf(subject: string): string {
  return `npm run -s subjects -- --only ${JSON.stringify(subject)} --report`;
}
