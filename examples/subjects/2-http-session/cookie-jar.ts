/** The cookies of one session: undici and tough-cookie, and a jar that is kept between requests. */
import type { Body } from "heddle";
import { CookieJar, type SerializedCookieJar } from "tough-cookie";
import { request } from "undici";
import type { Pair } from "../pair.ts";
import { listen, type Web } from "./server.ts";

const SITE = "http://site.example/";

type Get = (path: string) => Promise<void>;

/** @returns the cookies that the answer sets. */
type Send = (path: string, cookies: string) => Promise<readonly string[]>;

const sendTo =
  ({ origin, agent }: Web): Send =>
  async (path, cookie) => {
    const { headers, body } = await request(origin + path, { dispatcher: agent, headers: { cookie } });
    await body.dump();
    return [headers["set-cookie"] ?? []].flat();
  };

async function visit(send: Send, jar: CookieJar, path: string): Promise<void> {
  const set = await send(path, await jar.getCookieString(SITE));
  for (const cookie of set) await jar.setCookie(cookie, SITE);
}

const body =
  (log: (send: Send) => { readonly get: Get; readonly jar: () => CookieJar }): Body =>
  async (context) => {
    const web = await listen(context, ({ url = "/" }, response) => {
      response.setHeader("set-cookie", `${url.slice(1)}=yes`);
      response.end();
    });
    const { get, jar } = log(context.io("http.send", sendTo(web)));
    const client = (name: string, delayMs: number): Promise<void> =>
      context.spawn(name, async () => {
        await context.sleep(delayMs);
        await get(`/${name}`);
      });
    await Promise.all([client("login", 0), client("consent", 50)]);
    await web.close();
    const kept = jar()
      .getCookiesSync(SITE)
      .map(({ key }) => key);
    if (kept.toSorted().join() !== "consent,login") throw new Error(`cookies kept: ${kept.join()}`);
  };

/** BUG: each request loads the jar, and stores it with its own cookie. The last one to be stored wins. */
const unsafe: Body = body((send) => {
  let stored: SerializedCookieJar = new CookieJar().serializeSync()!;
  return {
    get: async (path) => {
      const jar = CookieJar.deserializeSync(stored);
      await visit(send, jar, path);
      stored = jar.serializeSync()!;
    },
    jar: () => CookieJar.deserializeSync(stored),
  };
});

/** One jar for all of them: each answer adds its cookie. */
const safe: Body = body((send) => {
  const jar = new CookieJar();
  return { get: (path) => visit(send, jar, path), jar: () => jar };
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
