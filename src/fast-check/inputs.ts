import * as fc from "fast-check";
import type { InputOrigin } from "../engine/seed.ts";
import { SeededGenerator } from "./seeded-generator.ts";

/** What can make inputs: the part of a property of fast-check's that has nothing to do with running it. */
export type InputMaker<Input> = Pick<fc.IAsyncProperty<Input>, "generate" | "shrink">;

/**
 * The inputs of a property, and where each came from. Every generated input is made from 32 bits of its own, so that a
 * few digits of a seed are enough to make it again, without fast-check's own seed and path.
 */
export class Inputs<Input> {
  private readonly maker: InputMaker<Input>;
  private readonly origins: WeakMap<fc.Value<Input>, InputOrigin> = new WeakMap();
  /** The last one that was handed to fast-check: what it runs next. */
  private handedOut: InputOrigin | undefined = undefined;

  constructor(maker: InputMaker<Input>) {
    this.maker = maker;
  }

  /** @param run - the number that fast-check gives the run: the first ones are nearer the edges. */
  generate(random: fc.Random, run: number | undefined): fc.Value<Input> {
    const number = random.nextInt(-0x8000_0000, 0x7fff_ffff) >>> 0;
    return this.handOut(this.made(number, run), { from: "generated", number, run, path: [] });
  }

  /** @param example - the position of the example that the value is, where it was never handed out. */
  shrink(value: fc.Value<Input>, example: number): fc.Stream<fc.Value<Input>> {
    const origin = this.origins.get(value) ?? { from: "example", number: example, run: undefined, path: [] };
    let position = 0;
    return this.maker.shrink(value).map((smaller) => {
      const path = [...origin.path, position];
      position += 1;
      return this.handOut(smaller, { ...origin, path });
    });
  }

  /** Where the input that fast-check runs now came from; `undefined` for an example. Asked once for each. */
  take(): InputOrigin | undefined {
    const origin = this.handedOut;
    this.handedOut = undefined;
    return origin;
  }

  /** Makes a generated input again, for fast-check to run. `undefined`: there is no such shrunk value any more. */
  again(origin: InputOrigin): fc.Value<Input> | undefined {
    const value = this.follow(this.made(origin.number, origin.run), origin.path);
    return value === undefined ? undefined : this.handOut(value, origin);
  }

  /** What an example was shrunk to. */
  shrunkExample(example: Input, path: readonly number[]): fc.Value<Input> | undefined {
    return this.follow(new fc.Value(example, undefined), path);
  }

  private made(number: number, run: number | undefined): fc.Value<Input> {
    return this.maker.generate(new fc.Random(new SeededGenerator(number)), run);
  }

  private handOut(value: fc.Value<Input>, origin: InputOrigin): fc.Value<Input> {
    this.origins.set(value, origin);
    this.handedOut = origin;
    return value;
  }

  private follow(value: fc.Value<Input>, path: readonly number[]): fc.Value<Input> | undefined {
    let current: fc.Value<Input> | undefined = value;
    for (const position of path) {
      const next: IteratorResult<fc.Value<Input>> = this.maker.shrink(current).drop(position).next();
      if (next.done === true) return undefined;
      current = next.value;
    }
    return current;
  }
}
