/**
 * One heddle in a realm, however many times it is loaded: as an ES module and by `require`, from two folders, or anew
 * after a runner has forgotten its modules. Two copies would each take the other's clock for the machine's.
 *
 * What the package exports are thin modules that ask here. The first copy answers for all.
 */
import { heddleVersion } from "./corpus/version.ts";
import { HeddleError } from "./engine/errors.ts";
import { loadOwn, ownFolder } from "./host/own-place.ts";

interface Copy {
  readonly version: string;
  readonly folder: string;
  /** Loads one of its modules, once. */
  readonly load: (module: string) => unknown;
}

const COPY = Symbol.for("heddle.copy");

/**
 * A module of the copy that this realm has.
 * @param module - its path in the package, without extension: `fast-check/index`.
 * @throws HeddleError `TWO_COPIES` where that copy is of another version.
 */
export function load(module: string): unknown {
  const realm = globalThis as { [COPY]?: Copy };
  const copy = realm[COPY] ?? own();
  if (realm[COPY] === undefined) Object.defineProperty(realm, COPY, { value: copy, configurable: true });
  if (copy.version === heddleVersion()) return copy.load(module);
  const [first, second] = [copy, own()].map(({ version, folder }) => `${version} of ${folder}`);
  throw new HeddleError("TWO_COPIES", `two versions of heddle are loaded in one process (${first!} and ${second!}); have your package manager install one: \`npm ls heddle\` shows who wants which`);
}

function own(): Copy {
  const loaded = new Map<string, unknown>();
  return {
    version: heddleVersion(),
    folder: ownFolder,
    load: (module) => {
      if (!loaded.has(module)) loaded.set(module, loadOwn(`${module}.js`));
      return loaded.get(module);
    },
  };
}
