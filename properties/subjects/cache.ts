import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

/**
 * Cached rows of a database. Who asks for a row that is being loaded waits for that load.
 *
 * What a load has read counts only if nobody has written since it began, for those too who wait for it: it may be newer
 * than what is cached by then, and the next reader would see the older value after it.
 */
class Cache {
  protected readonly cached = new Map<string, number>();
  protected readonly inFlight = new Map<string, Promise<number>>();
  protected readonly select: (key: string) => Promise<number>;
  protected readonly update: (key: string, value: number) => Promise<void>;

  constructor({ io }: BodyContext) {
    const rows = new Map<string, number>();
    this.select = io("db.select", (key: string) => rows.get(key) ?? 0);
    this.update = io("db.update", (key: string, value: number) => {
      rows.set(key, value);
    });
  }

  async get(key: string): Promise<number> {
    for (;;) {
      const cached = this.cached.get(key);
      if (cached !== undefined) return cached;
      const load = this.inFlight.get(key) ?? this.select(key);
      this.inFlight.set(key, load);
      const value = await load;
      if (this.inFlight.get(key) === load) this.keep(key, value);
    }
  }

  async write(key: string, value: number): Promise<void> {
    await this.update(key, value);
    this.invalidate(key);
  }

  protected invalidate(key: string): void {
    this.cached.delete(key);
    this.inFlight.delete(key);
  }

  protected keep(key: string, value: number): void {
    this.cached.set(key, value);
    this.inFlight.delete(key);
  }
}

class KeepsWhatWasReadBefore extends Cache {
  override async get(key: string): Promise<number> {
    const cached = this.cached.get(key);
    if (cached !== undefined) return cached;
    const load = this.inFlight.get(key) ?? this.select(key);
    this.inFlight.set(key, load);
    const value = await load;
    this.keep(key, value);
    return value;
  }
}

class JoinsOldLoads extends Cache {
  protected override invalidate(key: string): void {
    this.cached.delete(key);
  }
}

class InvalidatesFirst extends Cache {
  override async write(key: string, value: number): Promise<void> {
    this.invalidate(key);
    await this.update(key, value);
  }
}

class InvalidatesOnlyTheLoad extends Cache {
  protected override invalidate(key: string): void {
    this.inFlight.delete(key);
  }
}

class DoesNotWait extends Cache {
  override async write(key: string, value: number): Promise<void> {
    void super.write(key, value);
  }
}

const key = fc.constant("a");
const value = fc.integer({ min: 1, max: 3 });

export const cache: Subject = subject<Cache>({
  name: "cache",
  specified: "a model",
  property: (create, options) =>
    linearizable(
      {
        create,
        model: { initial: (): Readonly<Record<string, number>> => ({}) },
        operations: {
          get: { arguments: [key], model: (rows, own) => [rows, rows[own] ?? 0] },
          write: { arguments: [key, value], model: (rows, own, next) => [{ ...rows, [own]: next }, undefined] },
        },
      },
      options,
    ),
  correct: (context) => new Cache(context),
  mutants: {
    "stale: a load that began before a write is kept": (context) => new KeepsWhatWasReadBefore(context),
    "stale: who comes after a write waits for a load from before": (context) => new JoinsOldLoads(context),
    "stale: it invalidates before it writes": (context) => new InvalidatesFirst(context),
    "stale: what is cached outlives a write": (context) => new InvalidatesOnlyTheLoad(context),
    "a write is answered before it is made": (context) => new DoesNotWait(context),
  },
});
