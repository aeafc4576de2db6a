/**
 * Estimates the number of leaves of a tree from random walks down it: one over the probability of a walk is an unbiased
 * estimate, and so is the mean of many (Knuth, Estimating the efficiency of backtrack programs, 1975). The weights may
 * change from walk to walk, as long as they are fixed before it begins.
 */
export class TreeSize {
  private walks = 0;
  private sum = 0;
  /** One over the probability of the last walk. */
  walk: number = 1;

  get estimate(): number | undefined {
    return this.walks === 0 ? undefined : this.sum / this.walks;
  }

  reset(): void {
    [this.walks, this.sum] = [0, 0];
  }

  // One walk, told choice by choice. (A field and no variable of the caller's: V8 boxes a captured number at each write.)

  begin(): void {
    this.walk = 1;
  }

  /** @param ways - one over the probability of the choice. */
  choose(ways: number): void {
    this.walk *= ways;
  }

  end(): void {
    this.add(this.walk);
  }

  /** @param size - one over the probability of a walk. */
  add(size: number): void {
    this.walks += 1;
    this.sum += size;
  }
}
