import type { Lanes } from "./lanes.ts";

/** The height of a row, in CSS pixels. */
export const ROW = 30;

/** Lanes that are narrower than this have no name at their head. */
const NAMED = 52;
/** Of the width of a timeline. */
const MOST_SHARE = 0.42;
/** A timeline that is narrower than this gives its width to the text. */
const COMPACT = 800;
const COMPACT_SHARE = 0.33;

/** Where lanes stand, in CSS pixels. */
export interface LaneGeometry {
  readonly lane: number;
  readonly width: number;
  /** Too narrow for names at the head of lanes. */
  readonly isNarrow: boolean;
  /** The whole timeline is narrow. */
  readonly isCompact: boolean;
}

export function laneGeometry({ count }: Lanes, width: number): LaneGeometry {
  const isCompact = width < COMPACT;
  const room = Math.max(120, width * (isCompact ? COMPACT_SHARE : MOST_SHARE));
  const wanted = Math.min(isCompact ? 64 : 96, Math.floor(room / count));
  const lane = wanted >= NAMED ? wanted : Math.max(6, Math.min(wanted, 22));
  return { lane, width: lane * count + 8, isNarrow: lane < NAMED, isCompact };
}

export function centreOf(lane: number, geometry: LaneGeometry): number {
  return 4 + lane * geometry.lane + geometry.lane / 2;
}
