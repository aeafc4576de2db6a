/** How an operation changes what a read answers: unknown, adds to its end, or replaces it. */
type Kind = "open" | "extends" | "replaces" | "neither";

/** A state with what a read answers there. */
interface Sight {
  readonly view: unknown;
  /** What the read answers after an operation. */
  readonly after: (this: void, input: number) => unknown;
}

/** What of the model is asked. */
export interface Grown {
  readonly stateCount: number;
  /** What a read answers in a state. */
  view(read: number, state: number): unknown;
  /** What a read answers after an operation in a state. */
  viewAfter(read: number, input: number, state: number): unknown;
}

/** In how many states of different view an operation is tried before anything is concluded. */
const TRIALS = 4;

/** In how many states all operations together are tried before a verdict rests on what was concluded. */
const MOST_TRIALS = 200_000;

/** Whether a text begins with another one, or a list with another one. Nothing, where they are neither. */
export function beginsWith(whole: unknown, start: unknown): boolean | undefined {
  if (typeof whole === "string" && typeof start === "string") {
    return whole.startsWith(start);
  }
  if (Array.isArray(whole) && Array.isArray(start)) {
    return start.length <= whole.length && start.every((item, at) => Object.is(item, whole[at]));
  }
  return undefined;
}

const sameView = (one: unknown, other: unknown): boolean => beginsWith(one, other) === true && beginsWith(other, one) === true;

/**
 * Logs and texts grow: what a read has answered tells the order of what was added before. Where operations were seen to
 * add to the end of what a read answers, or to replace it whole, a state is hopeless if a read that is still to come
 * answers something that neither begins with what it would answer now nor with a replacement.
 *
 * This is a conclusion from the states that were tried, so what rests on it is an assumption (`Unordered.assuming`).
 */
export class Growth {
  /** Whether anything was concluded. */
  used = false;
  private readonly model: Grown;
  private readonly kinds: Map<number, Kind> = new Map();
  private readonly inputs: number;

  constructor(model: Grown, inputs: number) {
    this.model = model;
    this.inputs = inputs;
  }

  /** Whether no order of some operations gives a state in which a read answers `output`. */
  hopeless(read: number, output: unknown, state: number, inputs: Iterable<number>): boolean {
    if (beginsWith(output, this.model.view(read, state)) !== false) {
      return false;
    }
    for (const input of inputs) {
      const kind = this.kindOf(read, input);
      if (kind !== "extends" && (kind !== "replaces" || beginsWith(output, this.model.viewAfter(read, input, state)) !== false)) {
        return false;
      }
    }
    this.used = true;
    return true;
  }

  /** Whether what was concluded holds in all states that are known by now, or in as many of them as there is time for. */
  holds(): boolean {
    const step = Math.ceil((this.model.stateCount * this.kinds.size) / MOST_TRIALS);
    for (const [key, kind] of this.kinds) {
      const [read, input] = [Math.floor(key / this.inputs), key % this.inputs];
      if (kind === "extends" || kind === "replaces") {
        const all = Array.from({ length: Math.ceil(this.model.stateCount / step) }, (_, at) => this.sight(read, at * step));
        if (this.judge(input, all) !== kind) {
          return false;
        }
      }
    }
    return true;
  }

  private sight(read: number, state: number): Sight {
    return { view: this.model.view(read, state), after: (input) => this.model.viewAfter(read, input, state) };
  }

  private kindOf(read: number, input: number): Kind {
    const key = read * this.inputs + input;
    const known = this.kinds.get(key) ?? "open";
    if (known !== "open") {
      return known;
    }
    const trials: Sight[] = [];
    for (let state = this.model.stateCount - 1; state >= 0 && trials.length < TRIALS; state -= 1) {
      const sight = this.sight(read, state);
      if (trials.every(({ view }) => !sameView(view, sight.view))) {
        trials.push(sight);
      }
    }
    const kind = trials.length < TRIALS ? "open" : this.judge(input, trials);
    this.kinds.set(key, kind);
    return kind;
  }

  private judge(input: number, sights: readonly Sight[]): Kind {
    if (sights.every(({ view, after }) => beginsWith(after(input), view) === true)) {
      return "extends";
    }
    const first = sights[0]!.after(input);
    return sights.every(({ after }) => sameView(after(input), first)) ? "replaces" : "neither";
  }
}
