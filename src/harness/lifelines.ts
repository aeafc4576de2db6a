import { natives, realNow } from "../host/natives.ts";

/** Between two signs of life, in real ms. */
const SIGN_EVERY_MS = 100;
/** How long a worker may be silent once the time is up, in real ms; */
const SILENCE_MS = 5_000;
/** how long it may go on loading the body; */
const LOADING_MS = 10_000;
/** and how long it may go on at all, besides what it may spend on shrinking. */
const ENDING_MS = 30_000;

/** Why a worker is taken to be stuck. */
export type Stuck = "loading" | "running";

/**
 * Signs of life of the workers of an exploration, in memory that they share. A thread in an endless loop, or one whose
 * module never gets done loading, will not end by itself when the time is up.
 */
export class Lifelines {
  private readonly signs: Int32Array;
  private readonly seen: { sign: number; at: number }[];
  private stoppedAt: number | undefined = undefined;

  constructor(memory: SharedArrayBuffer) {
    this.signs = new Int32Array(memory);
    this.seen = Array.from(this.signs, () => ({ sign: 0, at: 0 }));
  }

  static memory(workers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * workers);
  }

  /** In a worker, once its body is loaded: signs until the thread ends. */
  sign(worker: number): void {
    const sign = (): void => void Atomics.add(this.signs, worker, 1);
    sign();
    (natives.setInterval.call(globalThis, sign, SIGN_EVERY_MS) as NodeJS.Timeout).unref();
  }

  /** In the thread that asks: the time is up, or the search was told to stop. Said again and again. */
  stop(): void {
    this.stoppedAt ??= realNow();
  }

  /** @param shrinkMs - real ms that it may spend on shrinking what it has found. */
  look(worker: number, shrinkMs: number): Stuck | undefined {
    const now = realNow();
    const { stoppedAt } = this;
    const seen = this.seen[worker]!;
    const sign = Atomics.load(this.signs, worker);
    if (sign !== seen.sign) Object.assign(seen, { sign, at: now });
    if (stoppedAt === undefined) return undefined;
    if (sign === 0) return now - stoppedAt > LOADING_MS ? "loading" : undefined;
    const isSilent = now - Math.max(seen.at, stoppedAt) > SILENCE_MS;
    return isSilent || now - stoppedAt > ENDING_MS + shrinkMs ? "running" : undefined;
  }
}
