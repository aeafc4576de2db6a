/** The cookies of one session: undici and tough-cookie, and a jar that is kept between requests. */
import type { Body } from "heddle";
import { CookieJar, type SerializedCookieJar } from "tough-cookie";
import { request } from "undici";
import type { Pair } from "../pair.ts";
import { listen, type Web } from "./server.ts";

type Get = (path: string) => Promise<void>;

async function send({ origin, agent }: Web, jar: CookieJar, path: string): Promise<void> {
  const url = origin + path;
  const { headers, body } = await request(url, { dispatcher: agent, headers: { cookie: await jar.getCookieString(url) } });
  await body.dump();
  for (const cookie of [headers["set-cookie"] ?? []].flat()) await jar.setCookie(cookie, url);
}

const body =
  (log: (web: Web) => { readonly get: Get; readonly jar: () => CookieJar }): Body =>
  async (context) => {
    const web = await listen(context, ({ url = "/" }, response) => {
      response.setHeader("set-cookie", `${url.slice(1)}=yes`);
      response.end();
    });
    const { get, jar } = log(web);
    const visit = (name: string, delayMs: number): Promise<void> =>
      context.spawn(name, async () => {
        await context.sleep(delayMs);
        await get(`/${name}`);
      });
    await Promise.all([visit("login", 0), visit("consent", 50)]);
    await web.close();
    const kept = jar()
      .getCookiesSync(web.origin)
      .map(({ key }) => key);
    if (kept.toSorted().join() !== "consent,login") throw new Error(`cookies kept: ${kept.join()}`);
  };

/** BUG: each request loads the jar, and stores it with its own cookie. The last one to be stored wins. */
const unsafe: Body = body((web) => {
  let stored: SerializedCookieJar = new CookieJar().serializeSync()!;
  return {
    get: async (path) => {
      const jar = CookieJar.deserializeSync(stored);
      await send(web, jar, path);
      stored = jar.serializeSync()!;
    },
    jar: () => CookieJar.deserializeSync(stored),
  };
});

/** One jar for all of them: each answer adds its cookie. */
const safe: Body = body((web) => {
  const jar = new CookieJar();
  return { get: (path) => send(web, jar, path), jar: () => jar };
});

export const cookieJar: Pair = {
  name: "the cookie jar of two requests",
  parts: ["undici", "tough-cookie", "node:http"],
  law: "no cookie is lost",
  unsafe,
  safe,
  order: "production",
  error: /cookies kept: /,
  within: 100,
  runs: 30,
  isComplete: false,
  isSlow: true,
};
