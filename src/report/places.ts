import type { Site } from "./timeline.ts";
import { oneLine } from "./layout.ts";

/** `wallet.ts:12`: for sentences, where the file's folder would only be in the way. */
export function shortPlace(site: Site): string {
  if (site.package !== undefined) return oneLine(`${packagePath(site)}:${site.line}`);
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

/**
 * Places for the rows of a timeline, `wallet.ts:12:5`: the folder is repeated on no row, and stands there only where
 * two of the files have one name. The whole paths are told once, above.
 */
export function rowPlaces(sites: readonly Site[]): (site: Site) => string {
  const paths = new Set(sites.filter((site) => site.package === undefined).map(({ file }) => cleanPath(file)));
  const names = new Map([...paths].map((path) => [path, shortestName(path, paths)]));
  return (site) => {
    const path = cleanPath(site.file);
    if (site.package !== undefined) return oneLine(`${packagePath(site)}:${site.line}:${site.column}`);
    return oneLine(`${names.get(path) ?? path}:${site.line}:${site.column}`);
  };
}

/** As many of a path's last parts as tell it from the others; of an `index.ts` the folder at least. */
function shortestName(path: string, paths: ReadonlySet<string>): string {
  const parts = path.split("/");
  const others = [...paths].filter((other) => other !== path).map((other) => `/${other}`);
  for (let kept = /^index\.\w+$/u.test(parts.at(-1) ?? "") ? 2 : 1; kept < parts.length; kept += 1) {
    const name = parts.slice(-kept).join("/");
    if (!others.some((other) => other.endsWith(`/${name}`))) return name;
  }
  return path;
}

/** `keyv/dist/index.js`: from the package's name on. */
function packagePath(site: Site): string {
  const path = cleanPath(site.file);
  return path.slice(path.lastIndexOf(`/node_modules/${site.package}/`) + "/node_modules/".length);
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

/** A name of the place that no other has: not for readers. */
export function placeKey({ file, line, column }: Site): string {
  return `${file}:${line}:${column}`;
}
