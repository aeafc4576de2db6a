/** Executions that an input may have at least, whatever the others have used. */
const LEAST = 3;
/** More than an equal share, as inputs with few orders leave some of theirs. */
const AHEAD = 1.5;

/**
 * The executions of a property, shared out among its inputs: what an input with few orders does not need goes to those
 * after it, which have more to decide.
 */
export class Budget {
  private left: number;
  private inputsLeft: number;

  /**
   * @param runs - executions in all.
   * @param inputs - how many inputs there will be, as far as is known.
   */
  constructor(runs: number, inputs: number) {
    this.left = runs;
    this.inputsLeft = inputs;
  }

  /** The executions for the next input. */
  share(): number {
    const share = (this.left / Math.max(1, this.inputsLeft)) * AHEAD;
    return Math.max(1, Math.min(Math.ceil(share), this.left), Math.min(LEAST, this.left));
  }

  /** An input is done with. */
  spent(runs: number): void {
    this.left = Math.max(0, this.left - runs);
    this.inputsLeft -= 1;
  }
}
