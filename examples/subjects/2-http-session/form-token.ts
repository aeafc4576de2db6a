/** One HTTP session used in parallel: the server wants the token that its last answer carried. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";
import { inTurn } from "../in-turn.ts";

interface Answer {
  readonly status: number;
  readonly token: number;
}

class Session {
  private readonly post: (token: number) => Promise<Answer>;
  private token = 1;

  constructor(post: (token: number) => Promise<Answer>) {
    this.post = post;
  }

  async submit(): Promise<number> {
    const { status, token } = await this.post(this.token);
    this.token = token;
    return status;
  }
}

const body =
  (share: (session: Session) => Pick<Session, "submit">): Body =>
  async ({ spawn, io }) => {
    let valid = 1;
    const post = io("POST /form", (token: number): Answer => {
      const status = token === valid ? 200 : 403;
      valid += 1;
      return { status, token: valid };
    });
    const session = share(new Session(post));
    const validate = io("address.validate");
    const statuses = await Promise.all([
      spawn("profile", () => session.submit()),
      spawn("address", async () => {
        await validate();
        return session.submit();
      }),
    ]);
    if (statuses.includes(403)) throw new Error("403 Forbidden: the token was used already");
  };

const unsafe: Body = body((session) => session);

const safe: Body = body((session) => {
  const take = inTurn();
  return { submit: () => take(() => session.submit()) };
});

export const formToken: Pair = {
  name: "a token that each form needs, and each answer replaces",
  parts: [],
  law: "no request uses a token that is used up",
  unsafe,
  safe,
  order: "production",
  error: /403 Forbidden/,
  within: 10,
  runs: 100,
  isComplete: true,
};
