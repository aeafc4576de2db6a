/** One async generator of several consumers: generated calls of `next`, `return` and `throw`. */
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

type Call = "next" | "return" | "throw";

interface Pages {
  next(): Promise<IteratorResult<number, undefined>>;
  return(value: undefined): Promise<IteratorResult<number, undefined>>;
  throw(error: unknown): Promise<IteratorResult<number, undefined>>;
}

interface Source {
  readonly load: (page: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

const PAGES = 3;
const calls = fc.array(fc.constantFrom<Call>("next", "next", "next", "return", "throw"), { minLength: 1, maxLength: 3 });

async function* native({ load, close }: Source): AsyncGenerator<number, undefined> {
  try {
    for (let page = 1; page <= PAGES; page += 1) yield await load(page);
  } finally {
    await close();
  }
}

/** As people write one: an object with the three methods. */
class HandMade implements Pages {
  protected page = 1;
  protected isOver = false;
  protected readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  async next(): Promise<IteratorResult<number, undefined>> {
    if (this.isOver) return { done: true, value: undefined };
    if (this.page > PAGES) return this.return();
    const value = await this.source.load(this.page);
    this.page += 1;
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<number, undefined>> {
    if (!this.isOver) await this.source.close();
    this.isOver = true;
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }
}

class CountsFirst extends HandMade {
  override async next(): Promise<IteratorResult<number, undefined>> {
    if (this.isOver) return { done: true, value: undefined };
    const mine = this.page;
    this.page += 1;
    if (mine > PAGES) return this.return();
    return { done: false, value: await this.source.load(mine) };
  }
}

export const generator: Subject = subject<(source: Source, context: BodyContext) => Pages>({
  name: "an async generator of several consumers",
  specified: "an invariant",
  // Under `latency` who is served first may go on later: the order in which values are seen is not the generator's then.
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(calls, { minLength: 2, maxLength: 3 }),
      async (context, consumers) => {
        const { spawn, io } = context;
        let [closed, loading] = [0, 0];
        const load = io("page.load", (page: number) => page);
        const close = io("close");
        const prepare = io("prepare");
        const source: Source = {
          load: async (page) => {
            if (closed > 0) throw new Error("a page is loaded behind the end");
            loading += 1;
            return load(page).finally(() => (loading -= 1));
          },
          close: async () => {
            closed += 1;
            if (loading > 0) throw new Error("closed while a page is being loaded");
            await close();
          },
        };
        const pages = create(context)(source, context);
        const seen: number[] = [];
        let isOver = false;
        await Promise.all(
          consumers.map((own, index) =>
            spawn(`consumer ${index + 1}`, async () => {
              for (const call of own) {
                await prepare();
                const wasOver = isOver;
                const given = new RangeError("thrown in");
                const answer = await (call === "next" ? pages.next() : call === "return" ? pages.return(undefined) : pages.throw(given)).catch((error: unknown) => {
                  if (error !== given) throw error;
                  return { done: true as const, value: undefined };
                });
                if (answer.done === true) isOver = true;
                else if (wasOver) throw new Error("a value behind the end");
                else seen.push(answer.value);
              }
            }),
          ),
        );
        await pages.return(undefined);
        if (seen.some((page, index) => page !== index + 1)) throw new Error(`seen: ${seen.join()}`);
        if (closed > 1) throw new Error(`closed ${closed} times`);
      },
      options,
    ),
  correct: () => (source) => native(source),
  mutants: {
    "the page is counted up behind its answer": () => (source) => new HandMade(source),
    "who returns does not wait for who is served": () => (source) => new CountsFirst(source),
  },
});
