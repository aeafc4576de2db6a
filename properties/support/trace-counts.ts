/** How many traces the reference programs have, as source-DPOR counts them, and in how many of them the bug is. */
export interface TraceCount {
  readonly traces: number;
  /** Executions of the reference that were given up as a repetition. */
  readonly repeated?: number;
  readonly buggy?: number;
}

export const traceCounts: Readonly<Record<string, TraceCount>> = {
  lostUpdate_2x1: { traces: 4, buggy: 2 },
  lostUpdate_3x1: { traces: 36, buggy: 30 },
  lostUpdate_4x1: { traces: 576, buggy: 552 },
  reorder_3: { traces: 50, repeated: 2, buggy: 6 },
  reorder_4: { traces: 1068, repeated: 15, buggy: 36 },
  twostage_2: { traces: 3, buggy: 1 },
  twostage_3: { traces: 24, buggy: 4 },
  twostage_4: { traces: 378, buggy: 18 },
  wronglock_2: { traces: 7, buggy: 2 },
  wronglock_3: { traces: 36, buggy: 14 },
  account: { traces: 6, buggy: 2 },
  // The reference has 4 that fail: of the six orders in which the check comes last, one passes.
  token_ring: { traces: 24, buggy: 5 },
  deadlock01: { traces: 3, buggy: 1 },
  dining_2: { traces: 3, buggy: 1 },
  dining_3: { traces: 7, buggy: 1 },
  dining_4: { traces: 15, repeated: 4, buggy: 1 },
  dining_5: { traces: 31, repeated: 17, buggy: 1 },
  dining_7: { traces: 127, repeated: 157, buggy: 1 },
  bluetooth: { traces: 10, buggy: 1 },
  carter01: { traces: 4, buggy: 2 },
  stack_3: { traces: 18, buggy: 4 },
  stringbuffer: { traces: 5, buggy: 1 },
  uneven_1v10: { traces: 11, buggy: 1 },
  chain_depth2: { traces: 6, buggy: 1 },
  chain_depth3: { traces: 20, buggy: 1 },
  chain_depth4: { traces: 70, buggy: 1 },
  staleResponse_2: { traces: 4, buggy: 2 },
  staleResponse_3: { traces: 36, buggy: 24 },
  staleResponse_5: { traces: 14_400, buggy: 11_520 },
  cacheStampede_2: { traces: 4, buggy: 2 },
  cacheStampede_3: { traces: 21, buggy: 18 },
  useAfterClose_3: { traces: 7, buggy: 3 },
  // Without a bug (Abdulla et al., JACM 64(4), 2017).
  lastzero_5: { traces: 64, repeated: 15, buggy: 0 },
  lastzero_10: { traces: 3328, repeated: 3876, buggy: 0 },
  readers_2: { traces: 4, buggy: 0 },
  readers_8: { traces: 256, buggy: 0 },
  indexer_12: { traces: 8, buggy: 0 },
  filesystem_14: { traces: 2, buggy: 0 },
  filesystem_16: { traces: 8, buggy: 0 },
  filesystem_18: { traces: 32, buggy: 0 },
  filesystem_19: { traces: 64, buggy: 0 },
};

/**
 * Programs with locks have more traces as async functions. In the model a thread at a lock that is held is not there to
 * be chosen; an await cannot be taken back. So a task may look at a lock that is held, and that it did is seen in which
 * of the steps before and after have written it: a trace of its own, though the locks change hands in the same order.
 */
export const moreAsAsync: Readonly<Record<string, TraceCount>> = {
  twostage_2: { traces: 14, buggy: 4 },
  wronglock_3: { traces: 80, buggy: 36 },
  deadlock01: { traces: 10, buggy: 2 },
  dining_2: { traces: 10, buggy: 2 },
  dining_3: { traces: 102, buggy: 6 },
  dining_4: { traces: 814, buggy: 16 },
  carter01: { traces: 12, buggy: 4 },
  filesystem_14: { traces: 8, buggy: 0 },
  filesystem_16: { traces: 512, buggy: 0 },
};

/** Too many to be counted in a test. */
export const tooManyAsAsync: readonly string[] = ["twostage_3", "twostage_4", "dining_5", "dining_7", "filesystem_18", "filesystem_19"];
