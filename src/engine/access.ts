/** One access of a step to a declared object: shared memory, or the resource behind an I/O boundary. */
export interface Access {
  /** The object and what of it: `wallet.balance`, `io db`. Equal texts mean the same place. */
  readonly place: string;
  readonly isWrite: boolean;
}
