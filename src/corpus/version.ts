import { ownFolder } from "../host/own-place.ts";
import { disk } from "./disk.ts";

/** The address of heddle's own folder, with a slash at its end: from the sources as from what was built. */
export const packageFolder: string = ownFolder.replace(/(?:src|dist|dist\/cjs)\/$/, "");

let version: string | undefined;

/** The version of this heddle; empty where it cannot be told, as in a bundle. */
export function heddleVersion(): string {
  version ??= read();
  return version;
}

function read(): string {
  try {
    const text = disk.readFileSync(new URL("package.json", packageFolder), "utf8");
    const found = JSON.parse(text) as { readonly name?: string; readonly version?: string };
    return found.name === "heddle" ? (found.version ?? "") : "";
  } catch {
    return "";
  }
}
