import { HeddleError } from "../engine/errors.ts";
import type { IoOptions } from "./io-options.ts";
import { Database, EVERYTHING_USED, type Used } from "./sql/database.ts";
import { needParser } from "./sql/parser.ts";

/** What of its resource a call uses, to be asked for when it acts. */
export type Usage = () => Used;

/** What the names of boundaries have in common where they go to one resource: `db` of `db.load` and `db.save`. */
export function resourceOf(name: string): string {
  return `io ${name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name}`;
}

/**
 * @param where - what is wrong, for the message.
 * @throws HeddleError `BAD_SUBJECT` where the options do not say what a call uses; or where what reads SQL is not installed.
 */
export function checkUsage(where: string, options: IoOptions | undefined): void {
  const [key, sql]: unknown[] = [options?.key, options?.sql];
  if (key !== undefined && typeof key !== "function") {
    throw new HeddleError("BAD_SUBJECT", `${where}: key must be a function that says what a call is about: { key: (id) => id }`);
  }
  if (sql === undefined || sql === false) return;
  if (sql !== true && typeof sql !== "string") {
    throw new HeddleError("BAD_SUBJECT", `${where}: sql is true, or the definitions of the tables as a text: { sql: "CREATE TABLE …" }`);
  }
  if (key !== undefined) throw new HeddleError("BAD_SUBJECT", `${where}: what a call uses is said by its key or by its SQL: leave one of the two out`);
  needParser(where);
}

/** What the calls of one execution's boundaries use. */
export class Usages {
  private readonly databases: Map<string, Database> = new Map();

  /**
   * @param statement - the SQL that each call carries out, where it is not given with the call.
   * @returns what tells of each call, by what it is called with, what it uses; `undefined` where each uses the whole.
   * @throws HeddleError `BAD_SUBJECT` where the options say nothing that can be told.
   */
  of(name: string, options: IoOptions | undefined, statement?: string): ((values: readonly never[]) => Usage) | undefined {
    checkUsage(`io("${name}", fn, …)`, options);
    const { key, sql = false } = options ?? {};
    if (sql === false) return key === undefined ? undefined : (values) => partOfKey(key(...values));
    const database = this.databaseOf(resourceOf(name));
    if (typeof sql === "string") database.define(sql);
    return (values) => () => database.usedBy(statement === undefined ? values : [statement]);
  }

  private databaseOf(resource: string): Database {
    const known = this.databases.get(resource);
    if (known !== undefined) return known;
    const made = new Database();
    this.databases.set(resource, made);
    return made;
  }
}

/** A call with a key uses the one part of that name. */
function partOfKey(key: unknown): Usage {
  const used = key === undefined ? EVERYTHING_USED : { parts: [{ name: String(key), isWrite: true }], isTimeless: false };
  return () => used;
}
