/** Two requests of one session whose token has expired: undici, and a server whose refresh tokens can be used once. */
import type { Body } from "heddle";
import { request } from "undici";
import type { Pair } from "../pair.ts";
import { listen, type Web } from "./server.ts";

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Send = (path: string, authorization: string) => Promise<Answer>;

const sendTo =
  ({ origin, agent }: Web): Send =>
  async (path, authorization) => {
    const { statusCode, body } = await request(origin + path, { dispatcher: agent, headers: { authorization } });
    return { status: statusCode, text: await body.text() };
  };

abstract class Session {
  protected tokens: Tokens = { access: "access 0", refresh: "refresh 0" };
  private readonly send: Send;

  constructor(send: Send) {
    this.send = send;
  }

  async get(path: string): Promise<string> {
    const used = this.tokens.access;
    const answer = await this.send(path, used);
    if (answer.status !== 401) return answer.text;
    await this.renew(used);
    return (await this.send(path, this.tokens.access)).text;
  }

  protected abstract renew(expired: string): Promise<void>;

  protected async refresh(): Promise<void> {
    const { status, text } = await this.send("/refresh", this.tokens.refresh);
    if (status !== 200) throw new Error(`logged out: ${text}`);
    this.tokens = JSON.parse(text) as Tokens;
  }
}

/** BUG: whoever is told 401 refreshes, and the second comes with a token that is used up. */
class Unsafe extends Session {
  protected renew(): Promise<void> {
    return this.refresh();
  }
}

class Safe extends Session {
  private renewing: Promise<void> | undefined;

  protected async renew(expired: string): Promise<void> {
    // Somebody else may have been quicker.
    if (this.tokens.access !== expired) return;
    this.renewing ??= this.refresh().finally(() => (this.renewing = undefined));
    await this.renewing;
  }
}

const body =
  (log: (send: Send) => Session): Body =>
  async (context) => {
    let serial = 1;
    let refreshes = 0;
    const web = await listen(context, ({ url, headers: { authorization } }, response) => {
      if (url === "/refresh") {
        refreshes += 1;
        response.statusCode = authorization === `refresh ${serial - 1}` ? 200 : 400;
        serial += response.statusCode === 200 ? 1 : 0;
        response.end(response.statusCode === 200 ? JSON.stringify({ access: `access ${serial - 1}`, refresh: `refresh ${serial - 1}` }) : "refresh token used twice");
      } else {
        response.statusCode = serial > 1 && authorization === `access ${serial - 1}` ? 200 : 401;
        response.end(`${url}`);
      }
    });
    // The requests are real; as a boundary they have a name in the report.
    const session = log(context.io("http.send", sendTo(web)));
    const get = (path: string, delayMs: number): Promise<string> =>
      context.spawn(path, async () => {
        await context.sleep(delayMs);
        return session.get(path);
      });
    const texts = await Promise.all([get("/profile", 0), get("/orders", 50)]);
    await web.close();
    if (texts.join() !== "/profile,/orders") throw new Error(`the answers are ${texts.join()}`);
    if (refreshes !== 1) throw new Error(`refreshed ${refreshes} times`);
  };

export const tokenRefresh: Pair = {
  name: "two requests whose token has expired",
  parts: ["undici", "node:http"],
  law: "one refresh for many 401s",
  unsafe: body((send) => new Unsafe(send)),
  safe: body((send) => new Safe(send)),
  order: "production",
  error: /logged out|refreshed 2 times/,
  within: 100,
  runs: 30,
  isComplete: false,
  isSlow: true,
};
