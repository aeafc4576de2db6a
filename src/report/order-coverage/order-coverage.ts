/**
 * Which pairs of lines were seen in both orders, and which in one only. Two lines are a pair if, at some decision, events of
 * two tasks that stand at them were both legal: either could have run, and one of them did. A line that asks for I/O counts
 * twice: where it is asked for, and where it is answered. (After the interleaving coverage
 * of Maple: Yu, Narayanasamy and others, OOPSLA 2012; here a pair counts where the scheduler had the choice.)
 */

/** A line of source. */
export interface CoveredLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Of an I/O: whether it was asked for there, or answered. */
  readonly phase?: "asked" | "answered";
  /** The text of it, where it could be read. */
  readonly code?: string;
}

/** Two lines by their positions in `lines`, and how often each of them went first where both could. */
export interface LinePair {
  readonly one: number;
  readonly other: number;
  readonly oneFirst: number;
  readonly otherFirst: number;
}

/** The orders that a test, or several, have shown. Plain data. */
export interface OrderCoverage {
  readonly format: "heddle-orders";
  readonly version: 1;
  readonly tests: readonly string[];
  /** Executions that were looked at. */
  readonly executions: number;
  readonly lines: readonly CoveredLine[];
  readonly pairs: readonly LinePair[];
}

export function emptyCoverage(): OrderCoverage {
  return { format: "heddle-orders", version: 1, tests: [], executions: 0, lines: [], pairs: [] };
}

/** What several tests have shown together: a pair is seen in both orders if it is by all of them together. */
export function mergeCoverage(parts: readonly OrderCoverage[]): OrderCoverage {
  const lines: CoveredLine[] = [];
  const positions = new Map<string, number>();
  const pairs = new Map<string, { one: number; other: number; oneFirst: number; otherFirst: number }>();
  for (const part of parts) {
    const mapped = part.lines.map((line) => {
      const key = JSON.stringify([line.file, line.line, line.phase]);
      let position = positions.get(key);
      if (position === undefined) {
        position = lines.push(line) - 1;
        positions.set(key, position);
      }
      return position;
    });
    for (const { one, other, oneFirst, otherFirst } of part.pairs) {
      const [first, second] = [mapped[one]!, mapped[other]!];
      const isTurned = first > second;
      const key = isTurned ? `${second} ${first}` : `${first} ${second}`;
      let pair = pairs.get(key);
      if (pair === undefined) pairs.set(key, (pair = { one: Math.min(first, second), other: Math.max(first, second), oneFirst: 0, otherFirst: 0 }));
      pair.oneFirst += isTurned ? otherFirst : oneFirst;
      pair.otherFirst += isTurned ? oneFirst : otherFirst;
    }
  }
  const tests = [...new Set(parts.flatMap((part) => part.tests))];
  return { format: "heddle-orders", version: 1, tests, executions: parts.reduce((sum, { executions }) => sum + executions, 0), lines, pairs: [...pairs.values()] };
}

/** Whether a pair was seen in both orders. */
export function isInBothOrders({ oneFirst, otherFirst }: LinePair): boolean {
  return oneFirst > 0 && otherFirst > 0;
}

/** The two lines of a pair that was seen in one order only, the one that went first in front. */
export function inItsOrder({ lines }: OrderCoverage, { one, other, oneFirst, otherFirst }: LinePair): readonly [CoveredLine, CoveredLine, number] {
  return oneFirst > 0 ? [lines[one]!, lines[other]!, oneFirst] : [lines[other]!, lines[one]!, otherFirst];
}
