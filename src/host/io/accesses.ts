import type { Access } from "../../engine/access.ts";

/** What does something to the world for a while. */
export interface Doing {
  /** Instants, of one clock. */
  readonly calledAt: number;
  /** Infinite until the body is told of its end. */
  readonly toldAt: number;
}

interface Entry<Who> {
  /** `undefined` of what was done at once, by a synchronous call. */
  readonly doing: Who | undefined;
  readonly at: number;
  readonly isWrite: boolean;
}

/** What the operations of one execution have done to what, and which of them have met. */
export class Accesses<Who extends Doing> {
  private readonly places: Map<string, Entry<Who>[]> = new Map();
  private instant = 0;

  /** An instant of its own: later than those before. */
  now(): number {
    this.instant += 1;
    return this.instant;
  }

  /**
   * @param doing - under way; `undefined` of a synchronous call.
   * @returns those that this one meets, itself included; none if it meets nobody.
   */
  note({ place, isWrite }: Access, doing: Who | undefined): readonly Who[] {
    const at = this.now();
    const entries = this.places.get(place);
    if (entries === undefined) {
      this.places.set(place, [{ doing, at, isWrite }]);
      return [];
    }
    const met = new Set<Who>();
    let isNoted = false;
    for (const entry of entries) {
      if (entry.doing === doing) isNoted ||= entry.isWrite === isWrite && doing !== undefined;
      if (entry.doing === doing || !(entry.isWrite || isWrite) || !overlap(entry, doing, at)) continue;
      if (entry.doing !== undefined) met.add(entry.doing);
      if (doing !== undefined) met.add(doing);
    }
    if (!isNoted) entries.push({ doing, at, isWrite });
    return [...met];
  }
}

function overlap(entry: Entry<Doing>, doing: Doing | undefined, at: number): boolean {
  if (entry.doing === undefined) return doing !== undefined && entry.at > doing.calledAt;
  return entry.doing.toldAt > (doing?.calledAt ?? at);
}
