import { twins, type Arrangement } from "./arrangement.ts";
import { ConfigurationTable, wordsFor, zobrist } from "./configuration-table.ts";
import { beginsWith } from "./growth.ts";
import { REFUSED, type Specification } from "./specification.ts";

/** How many different states are kept to say what would have been allowed. */
const MOST_STATES = 64;

/** How many reads are looked at for an answer that cannot be given any more. */
const READS_AHEAD = 6;

/** An operation that may come next. */
interface Choice {
  readonly number: number;
  /** The state after it. */
  readonly next: number;
  /** See `Specification.nearness`. */
  nearness: number;
  readonly rank: number;
}

/**
 * Looks for an order of the operations that the specification allows.
 *
 * The search is that of Wing and Gong (Testing and verifying concurrent objects, 1993) with the memo of Lowe (Testing for
 * linearizability, 2017) in the manner of porcupine: depth first, operation by operation. An operation may come next
 * while no other one that is missing has returned before its call. What was tried is known by the set of operations in
 * order and the state they lead to. Four things are left out that can add nothing:
 *
 * - A read (`Specification.reads`) that answers as it should comes next, and nothing else is tried in its place: it changes
 *   nothing, so it can be moved to the front of any order. If it turns out to be no read the search starts again.
 * - Of operations of one input and one output that may come next, only the one that returned first is tried: in any
 *   order two of them can change places.
 * - An operation of unknown outcome that changes nothing is left out of the order.
 * - See `ConfigurationTable` for sets that need more operations of unknown outcome than others.
 */
export class Search {
  /** How many configurations were looked at. */
  configurations = 0;
  /** Something was left out on the strength of `Growth`. */
  assumes = false;
  private readonly growing: boolean;
  /** The highest rank of a read whose answer was found to be out of reach. */
  private hopelessRank = -1;
  private readonly specification: Specification<never, never, never>;
  private readonly arrangement: Arrangement;
  private readonly count: number;
  private readonly classes: Int32Array;
  private readonly inputs: Int32Array;
  private readonly pendingClasses: Int32Array;
  /** By number: the operation of the same class that returned last before this one, or -1. */
  private readonly twin: Int32Array;
  /** By number of the operation of unknown outcome: the one of the same class that was called last before it, or -1. */
  private readonly pendingTwin: Int32Array;
  private table: ConfigurationTable;
  private readonly lifted: Int32Array;
  private readonly pendingLifted: Int32Array;
  private liftedCount = 0;
  private hash = 0;
  private state: number;
  /** Invariant: all words of `lifted` before this one are full. */
  private firstWord = 0;
  /** Invariant: all operations of a lower rank are lifted, and that of this rank isn't. */
  private rank = 0;
  /** What may come next from here, the best last. */
  private choices: Choice[] = [];
  /** The configuration is new: nothing was tried from here. */
  private entering = true;
  /** What is in order: its number (operations of unknown outcome after the others), and how it was before it. */
  private readonly order: number[] = [];
  private readonly states: number[] = [];
  private readonly ranks: number[] = [];
  /** What else is to be tried in the operation's place when it is taken back; nothing for a read. */
  private readonly alternatives: (Choice[] | undefined)[] = [];
  private bestProgress = -1;
  private bestDepth = 0;
  private bestOrder: number[] = [];
  private bestIsCurrent = false;
  private bestStates: Set<number> = new Set();

  constructor(specification: Specification<never, never, never>, arrangement: Arrangement, classOf: (position: number) => number, growing: boolean) {
    this.growing = growing && !arrangement.timeless && !specification.nondeterministic;
    this.specification = specification;
    this.arrangement = arrangement;
    this.count = arrangement.returned.length;
    this.classes = arrangement.returned.map(classOf);
    this.inputs = this.classes.map((one) => specification.classes[one]!.inputNumber);
    this.pendingClasses = arrangement.pending.map(classOf);
    this.twin = twins(arrangement.byReturn, this.classes, arrangement.chained);
    this.pendingTwin = twins(arrangement.pending.map((_, number) => number), this.pendingClasses, arrangement.chained);
    this.lifted = new Int32Array(wordsFor(this.count));
    this.pendingLifted = new Int32Array(wordsFor(this.pendingClasses.length));
    this.table = new ConfigurationTable(this.pendingLifted.length);
    this.state = specification.initial;
  }

  /** How many bytes the memo holds. */
  get bytes(): number {
    return this.table.bytes;
  }

  /**
   * Goes on.
   *
   * @param work how many operations to try at most
   * @returns whether there is an order, or `undefined` if that is open yet
   */
  advance(work: number): boolean | undefined {
    for (let left = work; left > 0; left -= 1) {
      if (this.entering && !this.enter()) {
        if (this.liftedCount === this.count) {
          return true;
        }
        if (!this.back()) {
          return false;
        }
      }
      const next = this.tryNext();
      if (this.specification.refuted) {
        this.restart();
      } else if (!next && !this.back()) {
        return false;
      }
    }
    return undefined;
  }

  /** Positions of the operations in an order that is allowed, after `advance` has found one; else the longest there is. */
  best(): number[] {
    this.keepBest();
    return this.bestOrder.map((number) => this.positionOf(number));
  }

  /** Positions of the operations that could not follow, after `advance` has found that there is no order. */
  misfits(): number[] {
    this.keepBest();
    const { byReturn, after, returned, timeless } = this.arrangement;
    if (!timeless) {
      return [returned[byReturn[this.bestProgress]!]!];
    }
    const ordered = new Set(this.bestOrder);
    const next = [...returned.keys()].filter((number) => !ordered.has(number) && (after[number]! < 0 || ordered.has(after[number]!)));
    return next.map((number) => returned[number]!);
  }

  /** Where something was assumed: the position of the operation that no order was found to get past, at most. */
  limit(): number {
    const { byReturn, returned } = this.arrangement;
    return returned[byReturn[Math.max(this.bestProgress, this.hopelessRank)]!]!;
  }

  /** The states that the longest orders lead to. */
  bestStateNumbers(): readonly number[] {
    return [...this.bestStates];
  }

  private positionOf(number: number): number {
    const { returned, pending } = this.arrangement;
    return number < this.count ? returned[number]! : pending[number - this.count]!;
  }

  /** Begins a configuration. False: there is nothing to try from here. */
  private enter(): boolean {
    this.entering = false;
    this.liftReads();
    if (this.specification.refuted) {
      this.restart();
      return this.enter();
    }
    this.noteProgress();
    if (this.liftedCount === this.count) {
      return false;
    }
    if (this.growing && this.isHopeless()) {
      return false;
    }
    const last = (this.arrangement.called[this.rank]! - 1) >>> 5;
    const hash = this.hash ^ Math.imul(this.state + 1, 0x27d4eb2f);
    const fresh = this.table.add(hash, this.state, this.lifted, this.firstWord, last, this.pendingLifted);
    if (!fresh) {
      return false;
    }
    this.configurations += 1;
    this.choices = this.chooseNext();
    return true;
  }

  private liftReads(): void {
    const { specification, classes, inputs, arrangement } = this;
    let again = true;
    while (again) {
      again = false;
      for (let number = 32 * this.firstWord; this.rank < this.count && number < arrangement.called[this.rank]!; number += 1) {
        if (!this.isLifted(number) && specification.reads[inputs[number]!] === 1 && this.isFree(arrangement.after[number]!)) {
          if (specification.step(this.state, classes[number]!) === this.state) {
            specification.relyOn(inputs[number]!);
            this.lift(number, this.state, undefined);
            // Another one may have waited for it, of a lower number.
            again = arrangement.chained;
          }
        }
      }
    }
  }

  /** Puts the next operation that may follow into the order. False: there is none. */
  private tryNext(): boolean {
    const choice = this.choices.pop();
    if (choice === undefined) {
      return false;
    }
    this.lift(choice.number, choice.next, this.choices);
    this.entering = true;
    return true;
  }

  /** What may follow. The best is what leads to the state that the next read has seen; then what returned first. */
  private chooseNext(): Choice[] {
    const { arrangement, specification, count } = this;
    const choices: Choice[] = [];
    const pendingCalled = arrangement.pendingCalled[this.rank]!;
    for (let number = pendingCalled - 1; number >= 0; number -= 1) {
      const twin = this.pendingTwin[number]!;
      if (this.isPendingLifted(number) || !this.isFree(arrangement.pendingAfter[number]!) || (twin >= 0 && !this.isPendingLifted(twin))) {
        continue;
      }
      const next = specification.step(this.state, this.pendingClasses[number]!);
      if (next !== REFUSED && next !== this.state) {
        choices.push({ number: count + number, next, nearness: 0, rank: count });
      }
    }
    const first = choices.length;
    const called = arrangement.called[this.rank]!;
    for (let number = 32 * this.firstWord; number < called; number += 1) {
      if (this.isLifted(number) || !this.isFree(arrangement.after[number]!) || this.hasTwin(number)) {
        continue;
      }
      const next = specification.step(this.state, this.classes[number]!);
      if (next !== REFUSED) {
        choices.push({ number, next, nearness: 0, rank: arrangement.rank[number]! });
      }
    }
    if (choices.length > first + 1) {
      const read = this.nextRead();
      if (read >= 0) {
        for (const choice of choices) {
          choice.nearness = specification.nearness(choice.next, this.classes[read]!);
        }
      }
      // Operations of unknown outcome stay last.
      const returned = choices.splice(first).sort((a, b) => a.nearness - b.nearness || b.rank - a.rank);
      choices.push(...returned);
    }
    return choices;
  }

  /** Whether one of the reads to come next cannot give its answer any more. */
  private isHopeless(): boolean {
    const { arrangement, specification, classes, count } = this;
    let looked = 0;
    for (let rank = this.rank; rank < count && looked < READS_AHEAD; rank += 1) {
      const read = arrangement.byReturn[rank]!;
      const input = this.inputs[read]!;
      if (this.isLifted(read) || specification.reads[input] !== 1) {
        continue;
      }
      looked += 1;
      const { output } = specification.classes[classes[read]!]!;
      if (beginsWith(output, specification.view(input, this.state)) === false && specification.growth.hopeless(input, output, this.state, this.changesBefore(rank))) {
        this.assumes = true;
        this.hopelessRank = Math.max(this.hopelessRank, rank);
        return true;
      }
    }
    return false;
  }

  /** The inputs of missing operations that may come before the operation of a rank, reads apart. */
  private *changesBefore(rank: number): Generator<number> {
    const { arrangement, specification, inputs } = this;
    for (let number = 32 * this.firstWord; number < arrangement.called[rank]!; number += 1) {
      if (!this.isLifted(number) && specification.reads[inputs[number]!] !== 1) {
        yield inputs[number]!;
      }
    }
    for (let number = 0; number < arrangement.pendingCalled[rank]!; number += 1) {
      if (!this.isPendingLifted(number)) {
        yield specification.classes[this.pendingClasses[number]!]!.inputNumber;
      }
    }
  }

  /** The read that returned first of those that are missing, or -1. */
  private nextRead(): number {
    const { byReturn } = this.arrangement;
    for (let rank = this.rank; rank < this.count; rank += 1) {
      const number = byReturn[rank]!;
      if (!this.isLifted(number) && this.specification.reads[this.inputs[number]!] === 1) {
        return number;
      }
    }
    return -1;
  }

  private isLifted(number: number): boolean {
    return (this.lifted[number >>> 5]! & (1 << (number & 31))) !== 0;
  }

  private isPendingLifted(number: number): boolean {
    return (this.pendingLifted[number >>> 5]! & (1 << (number & 31))) !== 0;
  }

  private isFree(predecessor: number): boolean {
    return predecessor < 0 || this.isLifted(predecessor);
  }

  /** Whether an operation of the same class that returned before this one may come next too. */
  private hasTwin(number: number): boolean {
    const { rank, called } = this.arrangement;
    const limit = called[this.rank]!;
    for (let twin = this.twin[number]!; twin >= 0 && rank[twin]! >= this.rank; twin = this.twin[twin]!) {
      if (twin < limit && !this.isLifted(twin)) {
        return true;
      }
    }
    return false;
  }

  private lift(number: number, next: number, alternatives: Choice[] | undefined): void {
    this.order.push(number);
    this.states.push(this.state);
    this.ranks.push(this.rank);
    this.alternatives.push(alternatives);
    this.state = next;
    if (number >= this.count) {
      this.pendingLifted[(number - this.count) >>> 5]! |= 1 << ((number - this.count) & 31);
      return;
    }
    this.liftedCount += 1;
    this.lifted[number >>> 5]! |= 1 << (number & 31);
    this.hash ^= zobrist(number);
    while (this.lifted[this.firstWord] === -1) {
      this.firstWord += 1;
    }
    const { byReturn } = this.arrangement;
    while (this.rank < this.count && this.isLifted(byReturn[this.rank]!)) {
      this.rank += 1;
    }
  }

  /** Takes the last operation back that something else can be tried for. False: there is none. */
  private back(): boolean {
    this.keepBest();
    while (this.order.length > 0) {
      const number = this.order.pop()!;
      this.state = this.states.pop()!;
      this.rank = this.ranks.pop()!;
      const choices = this.alternatives.pop();
      if (number >= this.count) {
        this.pendingLifted[(number - this.count) >>> 5]! &= ~(1 << ((number - this.count) & 31));
      } else {
        this.liftedCount -= 1;
        this.lifted[number >>> 5]! &= ~(1 << (number & 31));
        this.hash ^= zobrist(number);
        this.firstWord = Math.min(this.firstWord, number >>> 5);
      }
      if (choices !== undefined) {
        this.choices = choices;
        return true;
      }
    }
    return false;
  }

  /** Begins again, with one read fewer. What was found to be no read stays so, so this ends. */
  private restart(): void {
    while (this.back()) {
      this.choices = [];
    }
    this.specification.refuted = false;
    this.table = new ConfigurationTable(this.pendingLifted.length);
    this.entering = true;
  }

  private noteProgress(): void {
    const { timeless } = this.arrangement;
    const progress = timeless ? this.liftedCount : this.rank;
    if (progress < this.bestProgress) {
      return;
    }
    const longer = progress > this.bestProgress || this.order.length > this.bestDepth;
    // Without times two orders of one length end before different operations, so only the states of one belong together.
    if (progress > this.bestProgress || (longer && timeless)) {
      this.bestStates = new Set();
    }
    if (longer) {
      this.bestProgress = progress;
      this.bestDepth = this.order.length;
      this.bestIsCurrent = true;
    }
    if (this.bestStates.size < MOST_STATES && (longer || !timeless)) {
      this.bestStates.add(this.state);
    }
  }

  /** Copies the longest order before it is taken apart. */
  private keepBest(): void {
    if (this.bestIsCurrent) {
      this.bestOrder = this.order.slice(0, this.bestDepth);
      this.bestIsCurrent = false;
    }
  }
}
