/** One access of a step to a declared object: shared memory, or the resource behind an I/O boundary. */
export interface Access {
  /** The object and what of it: `wallet.balance`, `io db`. Equal texts mean the same place. */
  readonly place: string;
  readonly isWrite: boolean;
  /**
   * The order of such writes is told by those accesses only that do not commute: entries are added to a folder, one
   * looks whether there is any, and another lists them, in an order.
   */
  readonly commutes?: boolean;
}
