import { packageCaller, packageSite, packageSites, userSites, type CapturedStack, type PackageSite } from "../host/stack.ts";
import { placeKey } from "../report/places.ts";
import type { Site } from "../report/timeline.ts";

interface Frames {
  /** Innermost first. */
  readonly user: readonly Site[];
  readonly innermost: PackageSite | undefined;
  readonly inner: PackageSite | undefined;
}

/** An operation that was asked for, and the user's frames that led to it. */
interface Asked {
  /** `db` of `db.get`, */
  readonly family: string;
  /** and `db.get` of it. */
  readonly name: string;
  readonly user: readonly Site[];
}

/**
 * The places of what a recording has captured. Operations of different kinds that are asked for at one place are asked for
 * by a function that only hands them on (`const op = (name, fn) => io(name, fn)()`): then it is its caller that counts, or
 * that one's caller where it only hands them on as well.
 */
export class RecordedSites {
  private readonly known: Map<unknown, Frames> = new Map();
  private readonly operations: Asked[] = [];
  /** Places that only hand operations on; made when it is first asked for. */
  private handing: ReadonlySet<string> | undefined;
  private readonly waiting: Set<string> = new Set();

  /** An operation is asked for. To be told of all of them before anybody asks for a place. */
  operation(label: string, origin: unknown): void {
    const user = this.frames(origin)?.user ?? [];
    if (user.length === 0) return;
    this.operations.push({ family: /^[^\s.:(/]+/u.exec(label)?.[0] ?? label, name: /^[^\s:(/]+/u.exec(label)?.[0] ?? label, user });
    this.handing = undefined;
  }

  /** The user's line; where nobody of the user's is on the stack, the package's. */
  of(origin: unknown): Site | undefined {
    const frames = this.frames(origin);
    if (frames === undefined) return undefined;
    return frames.user.find((site) => !this.handsOn(site)) ?? frames.user[0] ?? frames.innermost;
  }

  /** Somebody waits there: that function is one that can. To be told of all before anybody asks for a timer's place. */
  waits(origin: unknown): void {
    const own = this.frames(origin)?.user[0];
    if (own?.functionName !== undefined) this.waiting.add(functionKey(own));
  }

  /** The same of a timer: a helper that makes a promise of one (`sleep`) says less than the function that waits for it. */
  ofTimer(origin: unknown): Site | undefined {
    return this.frames(origin)?.user.find((site) => this.waiting.has(functionKey(site))) ?? this.of(origin);
  }

  /** The innermost place in a package, where the user's line is another one. */
  innerOf(origin: unknown): Site | undefined {
    const frames = this.frames(origin);
    return frames === undefined || frames.user.length === 0 ? undefined : frames.inner;
  }

  /** Whether this place of the source only hands on what its callers ask for. */
  handsOn(site: Site): boolean {
    this.handing ??= handingPlaces(this.operations);
    return this.handing.has(placeKey(site));
  }

  private frames(origin: unknown): Frames | undefined {
    if (origin === undefined) return undefined;
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    const captured = origin as CapturedStack;
    const frames = { user: userSites(captured), innermost: packageSite(captured), inner: packageCaller(captured) ?? packageSites(captured)[0] };
    this.known.set(origin, frames);
    return frames;
  }
}

/** Functions in one another that only hand on, at most. */
const MOST_LEVELS = 4;

/**
 * The innermost places at which operations of several kinds are asked for. Besides, of these and of the callers of such
 * places, those at which operations are asked for by several names, and each for another caller: so it is with a function
 * that hands on what it is given, and not with one that asks for several things by itself.
 */
function handingPlaces(operations: readonly Asked[]): ReadonlySet<string> {
  const handing = new Set<string>();
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const places = new Map<string, Place>();
    for (const { family, name, user } of operations) {
      const at = user.findIndex((site) => !handing.has(placeKey(site)));
      const own = user[at];
      if (own === undefined || (level > 0 && at === 0)) continue;
      const place = places.get(placeKey(own)) ?? { families: new Set(), byCaller: new Map() };
      places.set(placeKey(own), place);
      place.families.add(family);
      const caller = user[at + 1];
      if (caller === undefined) continue;
      const names = place.byCaller.get(placeKey(caller)) ?? new Set();
      place.byCaller.set(placeKey(caller), names.add(name));
    }
    const found = [...places].filter(([, { families, byCaller }]) => (level === 0 && families.size > 1) || differ([...byCaller.values()]));
    if (found.length === 0) break;
    for (const [key] of found) handing.add(key);
  }
  return handing;
}

interface Place {
  readonly families: Set<string>;
  /** What is asked for there, by the place of the caller. */
  readonly byCaller: Map<string, Set<string>>;
}

/** Whether at least two of these sets differ. */
function differ(sets: readonly ReadonlySet<string>[]): boolean {
  const texts = new Set(sets.map((set) => [...set].sort().join("\n")));
  return texts.size > 1;
}

function functionKey({ file, functionName }: Site): string {
  return `${file} ${functionName ?? ""}`;
}
