/** Redirects that a session follows by itself, to keep the cookies on the way: undici's `fetch`. */
import type { Body } from "heddle";
import { fetch } from "undici";
import type { Pair } from "../pair.ts";
import { listen, type Web } from "./server.ts";

/** One step of the way. */
type Step = (path: string) => Promise<{ readonly location: string | null; readonly text: string }>;

const stepTo =
  ({ origin, agent }: Web): Step =>
  async (path) => {
    const answer = await fetch(origin + path, { dispatcher: agent, redirect: "manual" });
    return { location: answer.headers.get("location"), text: await answer.text() };
  };

const body =
  (open: (step: Step) => (path: string) => Promise<string>): Body =>
  async (context) => {
    const web = await listen(context, ({ url = "/" }, response) => {
      if (!url.endsWith("/final")) response.writeHead(302, { location: `${url}/final` });
      response.end(url);
    });
    const get = open(context.io("http.step", stepTo(web)));
    const visit = (path: string, delayMs: number): Promise<string> =>
      context.spawn(path, async () => {
        await context.sleep(delayMs);
        return get(path);
      });
    const texts = await Promise.all([visit("/profile", 0), visit("/orders", 50)]);
    await web.close();
    if (texts.join() !== "/profile/final,/orders/final") throw new Error(`the answers are ${texts.join()}`);
  };

/** BUG: where the session has come to is in a field, and each request has a way of its own. */
const unsafe: Body = body((step) => {
  let path: string | null;
  return async (start) => {
    path = start;
    for (;;) {
      const { location, text } = await step(path);
      if (location === null) return text;
      path = location;
      await step("/seen/final");
    }
  };
});

const safe: Body = body((step) => async (start) => {
  let path = start;
  for (;;) {
    const { location, text } = await step(path);
    if (location === null) return text;
    path = location;
    await step("/seen/final");
  }
});

export const redirect: Pair = {
  name: "two requests that are redirected",
  parts: ["undici", "node:http"],
  law: "each answer belongs to its request",
  unsafe,
  safe,
  order: "production",
  error: /the answers are /,
  within: 100,
  runs: 30,
  isComplete: false,
  isSlow: true,
  isUnmeasured: true,
};
