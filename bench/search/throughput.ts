import type { Strategy } from "../../src/engine/strategy.ts";
import { POINT, type Code, type SimulatedThreads } from "../../properties/support/reference-programs-machine.ts";
import { execute } from "./measure.ts";

const reader: Code = function* (memory) {
  for (let round = 0; round < 5; round += 1) {
    yield POINT;
    memory.write(0, memory.read(0) + 1);
  }
};

/** Two tasks of five steps each. */
const tenSteps: SimulatedThreads = { threads: [reader, reader] };

/** Executions a second of a search over a program of ten steps that never fails. The best of three, after warming up. */
export function throughput(make: () => Strategy, milliseconds: number): number {
  let best = 0;
  for (let round = 0; round < 4; round += 1) {
    let strategy = make();
    let [executions, run] = [0, 0];
    const start = performance.now();
    let elapsed = 0;
    while (elapsed < milliseconds) {
      for (let batch = 0; batch < 1000; batch += 1) {
        if (strategy.begin?.(run) === false) {
          strategy = make();
          run = 0;
          strategy.begin?.(run);
        }
        run += 1;
        execute(tenSteps, strategy);
        executions += 1;
      }
      elapsed = performance.now() - start;
    }
    if (round > 0) best = Math.max(best, (executions / elapsed) * 1000);
  }
  return best;
}
