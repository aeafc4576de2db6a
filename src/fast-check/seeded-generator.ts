import seedrandom from "seedrandom";

const JUMP = 42;

/** A generator of random numbers as fast-check wants it: seedrandom's `alea`. (J. Baagøe's Alea.) */
export class SeededGenerator {
  private readonly source: seedrandom.StatefulPRNG<seedrandom.State.Alea>;

  /** @param seed - 32 bits, or the state of another such generator. */
  constructor(seed: number | seedrandom.State.Alea) {
    this.source = typeof seed === "number" ? seedrandom.alea(`input ${seed}`, { state: true }) : seedrandom.alea("", { state: seed });
  }

  clone(): SeededGenerator {
    return new SeededGenerator(this.source.state());
  }

  /** 32 bits, as a signed number. */
  next(): number {
    return this.source.int32();
  }

  /** Goes on by as much as fast-check does where a generator has none. A generator without one is not cloned by fast-check 4.10, but shared. */
  jump(): void {
    for (let number = 0; number < JUMP; number += 1) this.next();
  }

  getState(): readonly number[] {
    const { c, s0, s1, s2 } = this.source.state();
    return [c, s0, s1, s2];
  }
}
