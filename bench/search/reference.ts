/** Expected executions to the bug, from the literature's algorithms in a simulation: see ALGORITHMS.md, `[M]`. */
export const columns = ["random", "pct", "pos", "urw", "surw"] as const;

/** In the order of `columns` (pct: depth 3); `undefined` where not found in 20,000, or not measured. */
export const reference: Readonly<Record<string, readonly (number | undefined)[]>> = {
  lostUpdate_2x1: [2, 2.7, 3, 1.5, 1.5],
  reorder_3: [20, 13, 10, 12, 7.6],
  reorder_5: [33, 31, 15, 17, 12],
  reorder_10: [75, 109, 31, 38, 22],
  reorder_20: [175, 385, 68, 81, 40],
  twostage_2: [32, 5.8, 10, 16, 12],
  twostage_20: [153, 408, 74, 112, 75],
  twostage_50: [250, 3000, 133, 222, 207],
  wronglock_2: [4.4, 6.8, 4.9, 5, 5],
  wronglock_8: [2.5, 7.1, 2.4, 3.9, 7.3],
  account: [3, 3, 3, 3, 3],
  token_ring: [5.9, 5.9, 6.1, 5.9, 6.1],
  deadlock01: [2, 5.6, 3, 1.8, 3],
  dining_3: [3, 13, 4.9, 2.4, 4.9],
  dining_5: [6.3, 171, 14, 4.4, 14],
  dining_7: [13, 4000, 42, 7.7, 42],
  bluetooth: [24, 12, 14, 10, 10],
  stack_3: [4, 4.2, 3.9, 2.8, 2.5],
  stringbuffer: [8.1, 33, 7.9, 6.1, 6.1],
  uneven_1v10: [1000, 20, 952, 11, 11],
  uneven_1v25: [undefined, 46, undefined, 25, 26],
  useAfterClose_10: [1.5, 3, 2.1, 1.5, 2.1],
  chain_depth4: [136, undefined, 150, 78, 71],
};
