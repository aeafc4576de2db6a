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
  readonly commutes: boolean;
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
  note({ place, isWrite, commutes = false }: Access, doing: Who | undefined): readonly Who[] {
    const at = this.now();
    const entries = this.places.get(place);
    if (entries === undefined) {
      this.places.set(place, [{ doing, at, isWrite, commutes }]);
      return [];
    }
    const met = new Set<Who>();
    let isNoted = false;
    const isOrdered = entries.some((entry) => !entry.commutes);
    // Somebody looks at the order of what was written.
    if (!commutes && !isOrdered) addOverlapping(entries, met);
    for (const entry of entries) {
      if (entry.doing === doing) isNoted ||= entry.isWrite === isWrite && entry.commutes === commutes && doing !== undefined;
      if (commutes && entry.isWrite && isWrite && !isOrdered) continue;
      if (entry.doing === doing || !(entry.isWrite || isWrite) || !overlap(entry, doing, at)) continue;
      if (entry.doing !== undefined) met.add(entry.doing);
      if (doing !== undefined) met.add(doing);
    }
    if (!isNoted) entries.push({ doing, at, isWrite, commutes });
    return [...met];
  }
}

function overlap(entry: Entry<Doing>, doing: Doing | undefined, at: number): boolean {
  if (entry.doing === undefined) return doing !== undefined && entry.at > doing.calledAt;
  return entry.doing.toldAt > (doing?.calledAt ?? at);
}

function addOverlapping<Who extends Doing>(entries: readonly Entry<Who>[], met: Set<Who>): void {
  for (const [index, one] of entries.entries()) {
    for (const other of entries.slice(index + 1)) {
      const [from, to] = [Math.max(beganAt(one), beganAt(other)), Math.min(endedAt(one), endedAt(other))];
      if (one.doing === other.doing || !one.isWrite || !other.isWrite || from > to) continue;
      if (one.doing !== undefined) met.add(one.doing);
      if (other.doing !== undefined) met.add(other.doing);
    }
  }
}

function beganAt({ doing, at }: Entry<Doing>): number {
  return doing?.calledAt ?? at;
}

function endedAt({ doing, at }: Entry<Doing>): number {
  return doing?.toldAt ?? at;
}
