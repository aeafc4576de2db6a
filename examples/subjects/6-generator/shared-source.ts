/** Generators over one generator: a consumer that leaves closes what the others still read. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Over = (source: AsyncGenerator<number, undefined>) => AsyncIterable<string>;

const body =
  (over: Over): Body =>
  async ({ spawn, io, sleep }) => {
    const load = io("page.load", (page: number) => page);
    const show = io("page.show", (_text: string) => undefined);
    let closed = 0;
    const source = (async function* (): AsyncGenerator<number, undefined> {
      try {
        for (let page = 1; page <= 3; page += 1) yield await load(page);
      } finally {
        closed += 1;
      }
    })();
    const seen: string[] = [];
    const first = spawn("the first page", async () => {
      await sleep(50);
      for await (const text of over(source)) {
        await show(text);
        seen.push(text);
        break;
      }
    });
    const all = spawn("all pages", async () => {
      for await (const text of over(source)) {
        await show(text);
        seen.push(text);
      }
    });
    await Promise.all([first, all]);
    await source.return(undefined);
    if (seen.toSorted().join() !== "page 1,page 2,page 3") throw new Error(`seen: ${seen.join()}`);
    if (closed !== 1) throw new Error(`closed ${closed} times`);
  };

/** BUG: `break` in a loop over `over(source)` ends the loop inside it, too, and that closes the source. */
const unsafe: Body = body(async function* (source) {
  for await (const page of source) yield `page ${page}`;
});

/** Asks for one value after another; the source is closed by whoever made it. */
const safe: Body = body(async function* (source) {
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield `page ${next.value}`;
});

export const sharedSource: Pair = {
  name: "two generators over one",
  parts: ["AsyncGenerator"],
  law: "each value goes to one consumer, and the source is closed once",
  unsafe,
  safe,
  order: "production",
  error: /seen: /,
  within: 50,
  runs: 500,
  isComplete: false,
};
