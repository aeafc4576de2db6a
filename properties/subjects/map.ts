import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

/** A map behind I/O. What is one request to the store is atomic. */
class AsyncMap {
  protected readonly rows = new Map<string, number>();
  protected readonly ask: <Result>(request: (rows: Map<string, number>) => Result) => Promise<Result>;

  constructor({ io }: BodyContext) {
    const ask = io("map", (request: (rows: Map<string, number>) => unknown) => request(this.rows));
    this.ask = ask as typeof this.ask;
  }

  get(key: string): Promise<number | undefined> {
    return this.ask((rows) => rows.get(key));
  }

  async set(key: string, value: number): Promise<void> {
    await this.ask((rows) => rows.set(key, value));
  }

  /** @returns what is there now. */
  putIfAbsent(key: string, value: number): Promise<number> {
    return this.ask((rows) => {
      const there = rows.get(key);
      if (there === undefined) rows.set(key, value);
      return there ?? value;
    });
  }

  /** @returns whether it was there. */
  delete(key: string): Promise<boolean> {
    return this.ask((rows) => rows.delete(key));
  }

  /** Moves a value, if it is there, in one request. */
  async rename(from: string, to: string): Promise<void> {
    await this.ask((rows) => {
      const value = rows.get(from);
      if (value === undefined || from === to) return;
      rows.delete(from);
      rows.set(to, value);
    });
  }

  entries(): Promise<[string, number][]> {
    return this.ask((rows) => [...rows]);
  }
}

class ChecksThenPuts extends AsyncMap {
  override async putIfAbsent(key: string, value: number): Promise<number> {
    const there = await this.get(key);
    if (there === undefined) await this.set(key, value);
    return there ?? value;
  }
}

class ChecksThenDeletes extends AsyncMap {
  override async delete(key: string): Promise<boolean> {
    const isThere = (await this.get(key)) !== undefined;
    await super.delete(key);
    return isThere;
  }
}

class IteratesWhileItChanges extends AsyncMap {
  override async entries(): Promise<[string, number][]> {
    const found: [string, number][] = [];
    for (const key of this.rows.keys()) {
      const value = await this.get(key);
      if (value !== undefined) found.push([key, value]);
    }
    return found;
  }
}

class ReadsTheValuesOneByOne extends AsyncMap {
  override async entries(): Promise<[string, number][]> {
    const keys = await this.ask((rows) => [...rows.keys()]);
    return Promise.all(keys.map(async (key): Promise<[string, number]> => [key, (await this.get(key)) ?? 0]));
  }
}

class ReplacesInTwoSteps extends AsyncMap {
  override async set(key: string, value: number): Promise<void> {
    await super.delete(key);
    await super.set(key, value);
  }
}

const key = fc.constantFrom("a", "b");
const value = fc.integer({ min: 1, max: 3 });

export const map: Subject = subject<AsyncMap>({
  name: "map",
  specified: "itself, called alone",
  property: (create, options) => linearizable({ create, operations: { get: [key], set: [key, value], putIfAbsent: [key, value], delete: [key] } }, options),
  correct: (context) => new AsyncMap(context),
  mutants: {
    "check-then-act: putIfAbsent looks, and then writes": (context) => new ChecksThenPuts(context),
    "check-then-act: delete looks, and then deletes": (context) => new ChecksThenDeletes(context),
    "set deletes first": (context) => new ReplacesInTwoSteps(context),
  },
});

export const mapEntries: Subject = subject<AsyncMap>({
  name: "map that is iterated over",
  specified: "itself, called alone",
  property: (create, options) =>
    linearizable(
      {
        create,
        operations: {
          set: [key, value],
          rename: [key, key],
          // Nobody promises an order of the keys.
          entries: { arguments: [], run: async (own) => Object.fromEntries(await own.entries()) },
        },
        size: { tasks: 2 },
      },
      options,
    ),
  correct: (context) => new AsyncMap(context),
  mutants: {
    "it iterates over a changing map": (context) => new IteratesWhileItChanges(context),
    "it reads the values after the keys": (context) => new ReadsTheValuesOneByOne(context),
  },
});
