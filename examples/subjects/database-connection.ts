/** One connection used by several tasks while an I/O is in progress on it. */
import type { Body } from "heddle";
import { inTurn } from "./in-turn.ts";

/** As many drivers are: one question at a time, and an error for whoever asks while an answer is on its way. */
class Connection {
  private readonly roundTrip: (sql: string) => Promise<string>;
  private isBusy = false;

  constructor(roundTrip: (sql: string) => Promise<string>) {
    this.roundTrip = roundTrip;
  }

  async query(sql: string): Promise<string> {
    if (this.isBusy) throw new Error("another operation is in progress on this connection");
    this.isBusy = true;
    try {
      return await this.roundTrip(sql);
    } finally {
      this.isBusy = false;
    }
  }
}

const body =
  (share: (connection: Connection) => Pick<Connection, "query">): Body =>
  async ({ spawn, io }) => {
    const connection = share(new Connection(io("server.query", (sql: string) => `rows of ${sql}`)));
    const readFile = io("template.read");
    const answers = await Promise.all([
      spawn("list users", () => connection.query("users")),
      spawn("list orders", async () => {
        await readFile();
        return connection.query("orders");
      }),
    ]);
    if (answers.join() !== "rows of users,rows of orders") throw new Error(`answers mixed up: ${answers.join()}`);
  };

export const unsafe: Body = body((connection) => connection);

export const safe: Body = body((connection) => {
  const take = inTurn();
  return { query: (sql) => take(() => connection.query(sql)) };
});
