/** One async generator shared by several consumers: a native one queues its callers, one made by hand may not. */
import type { Body } from "heddle";

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
export const unsafe: Body = body((load) => {
  let page = 1;
  return {
    async next() {
      const value = await load(page);
      page += 1;
      return { done: false, value };
    },
  };
});

export const safe: Body = body(async function* (load) {
  for (let page = 1; page <= 2; page += 1) yield await load(page);
  return undefined;
});
