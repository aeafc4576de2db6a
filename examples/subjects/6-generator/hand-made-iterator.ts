/** One async generator shared by several consumers: a native one queues its callers, one made by hand may not. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Pages = (load: (page: number) => Promise<string>) => AsyncIterator<string, undefined>;

const body =
  (pages: Pages): Body =>
  async ({ spawn, io }) => {
    const load = io("page.load", (page: number) => `page ${page}`);
    const prepare = io("prepare");
    const iterator = pages(load);
    const seen: string[] = [];
    const consume = async (): Promise<void> => {
      const { value } = await iterator.next();
      if (value !== undefined) seen.push(value);
    };
    await Promise.all([
      spawn("A", consume),
      spawn("B", async () => {
        await prepare();
        await prepare();
        await consume();
      }),
    ]);
    if (seen.toSorted().join() !== "page 1,page 2") throw new Error(`seen: ${seen.join()}`);
  };

/** BUG: the page is counted up after its answer has come. */
const unsafe: Body = body((load) => {
  let page = 1;
  return {
    async next() {
      const value = await load(page);
      page += 1;
      return { done: false, value };
    },
  };
});

const safe: Body = body(async function* (load) {
  for (let page = 1; page <= 2; page += 1) yield await load(page);
  return undefined;
});

export const handMadeIterator: Pair = {
  name: "two consumers of one iterator",
  parts: ["AsyncGenerator"],
  law: "each page goes to one consumer",
  unsafe,
  safe,
  order: "production",
  error: /seen: page 1,page 1/,
  within: 10,
  runs: 200,
  isComplete: true,
};
