/** One HTTP session in parallel: generated requests over undici and a server on loopback, whose tokens expire. */
import * as fc from "fast-check";
import { raceProperty } from "heddle/fast-check";
import { request } from "undici";
import { listen, type Web } from "../../../examples/subjects/2-http-session/server.ts";
import { subject, type Subject } from "../subject.ts";

interface Answer {
  readonly status: number;
  readonly text: string;
}

class Session {
  protected token = "0";
  private readonly web: Web;
  private renewing: Promise<void> | undefined;

  constructor(web: Web) {
    this.web = web;
  }

  async get(path: string): Promise<string> {
    const used = this.token;
    const { status, text } = await this.send(path, used);
    if (status === 200) return text;
    await this.renew(used);
    return (await this.send(path, this.token)).text;
  }

  protected async renew(expired: string): Promise<void> {
    if (this.token !== expired) return;
    this.renewing ??= this.refresh().finally(() => (this.renewing = undefined));
    await this.renewing;
  }

  protected async refresh(): Promise<void> {
    this.token = (await this.send("/refresh", this.token)).text;
  }

  protected async send(path: string, authorization: string): Promise<Answer> {
    const { statusCode, body } = await request(this.web.origin + path, { dispatcher: this.web.agent, headers: { authorization } });
    return { status: statusCode, text: await body.text() };
  }
}

class RefreshesForEach extends Session {
  protected override renew(): Promise<void> {
    return this.refresh();
  }
}

class KeepsTheAnswer extends Session {
  private answer: Answer = { status: 0, text: "" };

  override async get(path: string): Promise<string> {
    if (this.token === "0") await this.renew("0");
    this.answer = await this.send(path, this.token);
    await this.send("/log", this.token);
    return this.answer.text;
  }
}

const visit = fc.record({ path: fc.constantFrom("/a", "/b", "/c"), atMs: fc.constantFrom(0, 30, 60) }, { noNullPrototype: true });

export const session: Subject = subject<(web: Web) => Session>({
  name: "an HTTP session in parallel",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(visit, { minLength: 2, maxLength: 3 }),
      async (context, visits) => {
        let refreshes = 0;
        const web = await listen(context, ({ url, headers: { authorization } }, response) => {
          if (url === "/refresh") refreshes += 1;
          else if (authorization !== "1") response.statusCode = 401;
          response.end(url === "/refresh" ? String(refreshes) : url);
        });
        const own = create(context)(web);
        await Promise.all(
          visits.map(({ path, atMs }, index) =>
            context.spawn(`visit ${index + 1}`, async () => {
              await context.sleep(atMs);
              const text = await own.get(path);
              if (text !== path) throw new Error(`asked for ${path}, told ${text}`);
            }),
          ),
        );
        await web.close();
        if (refreshes !== 1) throw new Error(`refreshed ${refreshes} times`);
      },
      options,
    ),
  correct: () => (web) => new Session(web),
  mutants: {
    "each 401 refreshes": () => (web) => new RefreshesForEach(web),
    "the last answer is in a field": () => (web) => new KeepsTheAnswer(web),
  },
});
