/** One HTTP session used in parallel: the server wants the token that its last answer carried. */
import type { Body } from "heddle";
import { inTurn } from "./in-turn.ts";

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

export const unsafe: Body = body((session) => session);

export const safe: Body = body((session) => {
  const take = inTurn();
  return { submit: () => take(() => session.submit()) };
});
