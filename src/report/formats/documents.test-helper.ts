/** Documents for the tests of the formats and of the page. */
import type { FailureReport } from "../failure-text.ts";
import { cwd, readLine, wallet } from "../fixtures.test-helper.ts";
import { explain } from "../sentence.ts";
import type { Cause, Timeline, TimelineStep } from "../timeline.ts";
import type { FailureDocument } from "./document.ts";
import { makeDocument } from "./make-document.ts";

export function reportOf(timeline: Timeline, rest: Partial<FailureReport> = {}): FailureReport {
  const kind = rest.kind ?? "error";
  return {
    title: "withdraws twice",
    kind,
    sentence: explain(timeline, { kind, message: "" }),
    errorText: "AssertionError: expected 40 to be -20",
    timeline,
    order: { needs: "latency", latencyMs: 100 },
    counts: { foundAtRun: 3, executions: 41, deviations: 1, reproduced: 5, replays: 5 },
    tips: [],
    replay: 'replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice"',
    ...rest,
  };
}

export function documentOf(timeline: Timeline, rest: Partial<FailureReport> = {}, sources: typeof readLine = readLine): FailureDocument {
  return makeDocument({ report: reportOf(timeline, rest), seed: "hd1-l-abc", heddle: "1.2.3" }, { readLine: sources, cwd });
}

function behind(timeline: Timeline, causes: readonly (readonly number[])[]): Timeline {
  return { ...timeline, steps: timeline.steps.map((step, index) => ({ ...step, after: causes[index] ?? [] })) };
}

const AFTER = [[], [0], [0], [1], [2], [3], [4], [5, 6]];

/** The two withdrawals, with arrows, shares, a cause and an order that passes. */
export function explainedWallet(): Timeline {
  const shares = [23, 26, 55, 55, 100, 100, 100, 100];
  const failing = behind(wallet, AFTER);
  const steps = failing.steps.map((step, index): TimelineStep => ({ ...step, share: { failed: shares[index]!, of: 100 } }));
  const order = [0, 1, 3, 5, 2, 4, 6, 7];
  const passing = order.map((from, index): TimelineStep => {
    const { deviation: _, ...step } = failing.steps[from]!;
    return { ...step, index, deviation: undefined, after: step.after!.map((cause) => order.indexOf(cause)).sort() };
  });
  const cause: Cause = {
    base: { failed: 23, of: 100 },
    deciding: [2, 4],
    constraints: [
      {
        before: { event: "payout#1", step: 2, passingStep: 4 },
        after: { event: "checkout#2", step: 3, passingStep: 2 },
        kept: { failed: 100, of: 100 },
        broken: { failed: 0, of: 100 },
      },
    ],
    kept: { failed: 100, of: 100 },
    passing: { timeline: { ...failing, steps: passing }, partsAt: 2 },
    isCutShort: false,
  };
  return { ...failing, steps, cause };
}
