import { packageSite, packageSites, userSites, type CapturedStack, type PackageSite } from "../host/stack.ts";
import { placeKey } from "../report/places.ts";
import type { Site } from "../report/timeline.ts";

interface Frames {
  /** Innermost first. */
  readonly user: readonly Site[];
  readonly innermost: PackageSite | undefined;
  readonly inner: PackageSite | undefined;
}

/**
 * The places of what a recording has captured. Operations of different kinds that are asked for at one place are asked for
 * by a function that only hands them on (`const op = (name, fn) => io(name, fn)()`): then it is its caller that counts.
 */
export class RecordedSites {
  private readonly known: Map<unknown, Frames> = new Map();
  /** What is asked for at each place. */
  private readonly operations: Map<string, Set<string>> = new Map();

  private readonly waiting: Set<string> = new Set();

  /** An operation is asked for. To be told of all of them before anybody asks for a place. */
  operation(label: string, origin: unknown): void {
    const own = this.frames(origin)?.user[0];
    if (own === undefined) return;
    const place = placeKey(own);
    const families = this.operations.get(place) ?? new Set();
    this.operations.set(place, families.add(/^[^\s.:(/]+/u.exec(label)?.[0] ?? label));
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

  private handsOn(site: Site): boolean {
    return (this.operations.get(placeKey(site))?.size ?? 0) > 1;
  }

  private frames(origin: unknown): Frames | undefined {
    if (origin === undefined) return undefined;
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    const captured = origin as CapturedStack;
    const frames = { user: userSites(captured), innermost: packageSite(captured), inner: packageSites(captured)[0] };
    this.known.set(origin, frames);
    return frames;
  }
}

function functionKey({ file, functionName }: Site): string {
  return `${file} ${functionName ?? ""}`;
}
