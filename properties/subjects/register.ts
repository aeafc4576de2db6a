import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

/** A row: what is compared and set is one request. */
interface Row {
  value: number;
  version: number;
}

/** A compare-and-set register in a database. */
class Register {
  protected readonly ask: <Result>(request: (row: Row) => Result) => Promise<Result>;

  constructor({ io }: BodyContext) {
    const row: Row = { value: 0, version: 0 };
    this.ask = io("row", (request: (row: Row) => unknown) => request(row)) as typeof this.ask;
  }

  read(): Promise<number> {
    return this.ask((row) => row.value);
  }

  async write(value: number): Promise<void> {
    await this.ask((row) => {
      row.value = value;
      row.version += 1;
    });
  }

  /** Optimistic: it reads, and writes if nobody else has written. */
  async compareAndSet(expected: number, next: number): Promise<boolean> {
    for (;;) {
      const { value, version } = await this.ask((row) => ({ ...row }));
      if (value !== expected) return false;
      const isSet = await this.ask((row) => {
        if (row.version !== version) return false;
        row.value = next;
        row.version += 1;
        return true;
      });
      if (isSet) return true;
    }
  }
}

class SetsWithoutComparing extends Register {
  override async compareAndSet(expected: number, next: number): Promise<boolean> {
    if ((await this.read()) !== expected) return false;
    await this.write(next);
    return true;
  }
}

class ForgetsTheVersion extends Register {
  override async write(value: number): Promise<void> {
    await this.ask((row) => {
      row.value = value;
    });
  }
}

class GivesUp extends Register {
  override async compareAndSet(expected: number, next: number): Promise<boolean> {
    const { value, version } = await this.ask((row) => ({ ...row }));
    if (value !== expected) return false;
    return this.ask((row) => {
      if (row.version !== version) return false;
      [row.value, row.version] = [next, version + 1];
      return true;
    });
  }
}

class ReadsFromItsOwnCopy extends Register {
  private copy = 0;

  override async write(value: number): Promise<void> {
    await super.write(value);
    this.copy = value;
  }

  override async compareAndSet(expected: number, next: number): Promise<boolean> {
    const isSet = await super.compareAndSet(expected, next);
    if (isSet) this.copy = next;
    return isSet;
  }

  override async read(): Promise<number> {
    return this.copy;
  }
}

const value = fc.nat(2);

export const register: Subject = subject<Register>({
  name: "compare-and-set register",
  specified: "a model",
  property: (create, options) =>
    linearizable(
      {
        create,
        model: { initial: 0 },
        operations: {
          read: { arguments: [], model: (state) => [state, state] },
          write: { arguments: [value], model: (_state, next) => [next, undefined] },
          compareAndSet: { arguments: [value, value], model: (state, expected, next) => (state === expected ? [next, true] : [state, false]) },
        },
      },
      options,
    ),
  correct: (context) => new Register(context),
  mutants: {
    "it sets behind an await, without comparing again": (context) => new SetsWithoutComparing(context),
    "a write does not raise the version": (context) => new ForgetsTheVersion(context),
    "it says false where somebody else has written the same value": (context) => new GivesUp(context),
    "a copy for readers takes the answers in the order in which they come": (context) => new ReadsFromItsOwnCopy(context),
  },
});
