import type { Wait } from "../../engine/provenance.ts";
import type { Footprints } from "./footprints.ts";
import { Pasts } from "./pasts.ts";
import type { Node, Step } from "./path.ts";

/** Rows of `Pasts` for the moment. */
const [SPARE, REORDERED] = [-1, -2];

/**
 * Finds the races of an execution, and what has to be tried so that each is seen the other way round.
 *
 * Two steps race where they depend on each other and nothing stands between: neither is the later one's event made, by
 * way of whatever steps, by the earlier one, nor does a third step have to come between. To turn a race around, the
 * later step has to run before the earlier one, with what it needs of the steps between. It is enough that the search
 * begins there with one of the steps that could come first in that: a source set.
 */
export class Races {
  private readonly path: readonly Node[];
  private readonly footprints: Footprints;
  private readonly pasts: Pasts = new Pasts();

  constructor(path: readonly Node[], footprints: Footprints) {
    this.path = path;
    this.footprints = footprints;
  }

  /** Looks at the step at a place; those before it have been looked at. */
  look(place: number): void {
    const { pasts, footprints, path } = this;
    const step = path[place]!.step!;
    const { footprint } = step;
    pasts.reserve(place);
    pasts.clear(place);
    if (footprint.lock !== 0) this.lookAtLock(place, step);
    for (const cause of step.causes) pasts.join(place, cause);
    for (let earlier = place - 1; earlier >= 0; earlier -= 1) {
      if (pasts.has(place, earlier)) continue;
      if (!footprints.areDependentBesidesLock(path[earlier]!.step!.footprint, footprint)) continue;
      this.turnAround(earlier, place, step.serial, place);
      pasts.join(place, earlier);
    }
  }

  /** An event that waits for a lock at the end: it would have run, had whoever holds the lock come later. */
  lookAtBlocked(step: Step): void {
    const { path, pasts } = this;
    const { lock } = step.footprint;
    const holder = path.findLastIndex(({ step: other }) => other!.footprint.lock === lock);
    pasts.clear(SPARE);
    if (step.origin >= 0) pasts.join(SPARE, step.origin);
    if (holder >= 0 && !pasts.has(SPARE, holder)) {
      this.turnAround(holder, path.length, step.serial, SPARE);
    }
  }

  /**
   * Whether all steps were needed for the end of the body to come, and all that it waited for was sure to begin: from the
   * start, or before the end of something else that was.
   */
  endsAll(awaited: readonly Wait[]): boolean {
    const { pasts, path } = this;
    const isSure = ({ begun }: Wait): boolean => begun === 0 || pasts.has(SPARE, begun - 1);
    pasts.clear(SPARE);
    const open = new Set(awaited);
    while (open.size > 0) {
      const sure = [...open].filter(isSure);
      if (sure.length === 0) return false;
      for (const wait of sure) {
        open.delete(wait);
        for (const step of wait.ended) if (step > 0) pasts.join(SPARE, step - 1);
      }
    }
    return path.every((_node, place) => pasts.has(SPARE, place));
  }

  /**
   * Who takes a lock races with whoever took it before, though that one had to give it back in between: with the lock
   * free, either can have it. The release itself can only come first.
   */
  private lookAtLock(place: number, step: Step): void {
    const { pasts, path, footprints } = this;
    const { lock } = step.footprint;
    pasts.clear(SPARE);
    if (step.origin >= 0) pasts.join(SPARE, step.origin);
    let isReleased = false;
    for (let earlier = place - 1; earlier >= 0; earlier -= 1) {
      const { footprint } = path[earlier]!.step!;
      if (!footprints.touchesLock(footprint, lock)) continue;
      if (!isReleased) {
        pasts.join(place, earlier);
        isReleased = true;
      }
      if (footprint.lock !== lock) continue;
      if (!pasts.has(SPARE, earlier)) this.turnAround(earlier, place, step.serial, SPARE);
      break;
    }
  }

  /**
   * Sees to it that what came after `first`, but not because of it, is tried from before `first`.
   * @param last - the place of the step in a race with it, or where the execution has ended.
   * @param serial - that of the step's event.
   * @param past - the row with what the later step comes after, of the steps between.
   */
  private turnAround(first: number, last: number, serial: number, past: number): void {
    const { path, pasts } = this;
    const node = path[first]!;
    if (!node.isDecision) return;
    pasts.clear(REORDERED);
    /** Those that may come first: of the later step's own past, and others. */
    let [own, other] = [0, 0];
    for (let place = first + 1; place < last; place += 1) {
      if (pasts.has(place, first)) continue;
      const isInitial = !pasts.meet(place, REORDERED);
      pasts.add(REORDERED, place);
      if (!isInitial) continue;
      const initial = path[place]!.step!.serial;
      if (node.covers(initial)) return;
      if (!node.legal.includes(initial)) continue;
      if (own === 0 && pasts.has(past, place)) own = initial;
      else if (other === 0) other = initial;
    }
    if (!pasts.meet(past, REORDERED)) {
      if (node.covers(serial)) return;
      if (own === 0 && node.legal.includes(serial)) own = serial;
    }
    // Where none of them is legal there, none can come before `first`.
    if (own !== 0) node.want(own);
    else if (other !== 0) node.want(other);
  }
}
