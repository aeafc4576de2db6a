/**
 * Sets of steps, by their places in the execution: what each step comes after. As bits, for an execution has few steps
 * that matter, and what is asked of these sets is whether they meet.
 */
export class Pasts {
  /** Words of 32 places in one set. */
  private words = 1;
  private bits: Int32Array = new Int32Array(64);
  /** Rows that are in use, beside the two that are for the moment. */
  private static readonly SPARE = 2;

  /** Makes room for a step at this place. Rows stay as they are. */
  reserve(place: number): void {
    const words = Math.max(this.words, (place >> 5) + 1);
    const size = (place + 1 + Pasts.SPARE) * words;
    if (words === this.words && size <= this.bits.length) return;
    const wider = words === this.words ? words : words * 2;
    const bits = new Int32Array((place + 1 + Pasts.SPARE) * 2 * wider);
    const rows = this.bits.length / this.words;
    for (let row = 0; row < rows; row += 1) {
      for (let word = 0; word < this.words; word += 1) bits[row * wider + word] = this.bits[row * this.words + word]!;
    }
    this.bits = bits;
    this.words = wider;
  }

  /** The row of the step at a place; those below 0 are for the moment. */
  private at(row: number): number {
    return (row + Pasts.SPARE) * this.words;
  }

  clear(row: number): void {
    const at = this.at(row);
    for (let word = 0; word < this.words; word += 1) this.bits[at + word] = 0;
  }

  copy(row: number, from: number): void {
    const [at, source] = [this.at(row), this.at(from)];
    for (let word = 0; word < this.words; word += 1) this.bits[at + word] = this.bits[source + word]!;
  }

  has(row: number, place: number): boolean {
    return ((this.bits[this.at(row) + (place >> 5)]! >>> (place & 31)) & 1) === 1;
  }

  add(row: number, place: number): void {
    this.bits[this.at(row) + (place >> 5)]! |= 1 << (place & 31);
  }

  /** Adds a step and all that it comes after. */
  join(row: number, place: number): void {
    const [at, source] = [this.at(row), this.at(place)];
    for (let word = 0; word < this.words; word += 1) this.bits[at + word]! |= this.bits[source + word]!;
    this.add(row, place);
  }

  meet(one: number, other: number): boolean {
    const [left, right] = [this.at(one), this.at(other)];
    for (let word = 0; word < this.words; word += 1) {
      if ((this.bits[left + word]! & this.bits[right + word]!) !== 0) return true;
    }
    return false;
  }
}
