/**
 * The decisions of one execution that were not FIFO. Most executions pass, and nobody asks for theirs: they are written
 * into a list that one execution hands on to the next, as an array that grows costs more than what stands in it.
 */
export class Choices {
  private readonly pairs: number[] = [];
  private length = 0;

  add(decision: number, index: number): void {
    const { pairs, length } = this;
    pairs[length] = decision;
    pairs[length + 1] = index;
    this.length = length + 2;
  }

  /** Flat pairs of decision number and index; none is left. */
  drain(): readonly number[] {
    if (this.length === 0) return NONE;
    const choices = this.pairs.slice(0, this.length);
    this.length = 0;
    return choices;
  }
}

const NONE: readonly number[] = [];
let spare: Choices | undefined;

export function takeChoices(): Choices {
  const choices = spare ?? new Choices();
  spare = undefined;
  return choices;
}

/** The next execution may have the list: nothing is to be added to it any more. */
export function returnChoices(choices: Choices): readonly number[] {
  spare = choices;
  return choices.drain();
}
