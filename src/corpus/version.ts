import { disk } from "./disk.ts";

let version: string | undefined;

/** The version of this heddle. */
export function heddleVersion(): string {
  version ??= (JSON.parse(disk.readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
  return version;
}
