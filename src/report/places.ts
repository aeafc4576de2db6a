import type { Site } from "./timeline.ts";
import { oneLine } from "./layout.ts";

/** `wallet.ts:12`: for sentences, where the file's folder would only be in the way. */
export function shortPlace(site: Site): string {
  const parts = cleanPath(site.file).split("/");
  const name = parts.at(-1) ?? "";
  // Every package has an `index.ts`: there the folder is the name.
  const kept = /^index\.\w+$/u.test(name) ? parts.slice(-2) : parts.slice(-1);
  return oneLine(`${kept.join("/")}:${site.line}`);
}

/** `src/wallet.ts:12:5`, relative to `cwd` where the file is below it: terminals make it a link. */
export function fullPlace(site: Site, cwd: string | undefined): string {
  return oneLine(`${relativePath(cleanPath(site.file), cwd)}:${site.line}:${site.column}`);
}

function relativePath(file: string, cwd: string | undefined): string {
  if (cwd === undefined || cwd === "") return file;
  const folder = `${cleanPath(cwd).replace(/\/+$/u, "")}/`;
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}

/** A path with forward slashes, out of a `file:` URL where it is one, without a module loader's query. */
function cleanPath(file: string): string {
  const isUrl = /^[a-z][a-z+.-]+:\/\//iu.test(file);
  const bare = isUrl ? file.replace(/[?#].*$/u, "") : file.replace(/\?[\w=&.-]*$/u, "");
  if (!bare.startsWith("file://")) return isUrl ? bare : bare.replaceAll("\\", "/");
  const path = decode(bare.slice("file://".length));
  return /^\/[a-z]:\//iu.test(path) ? path.slice(1) : path;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A stray percent sign is part of the name then.
  }
}
