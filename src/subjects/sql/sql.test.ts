import { describe, expect, test } from "vitest";
import { textsOf } from "./call-texts.ts";
import { Database } from "./database.ts";
import { readingOf } from "./parser.ts";
import { statementsOf } from "./statements.ts";

/** `a b!`: reads a, writes b. */
function told(text: string): string | undefined {
  const tables = readingOf(text)?.tables;
  return tables?.map(({ name, isWrite }) => (isWrite ? `${name}!` : name)).sort().join(" ");
}

test.each([
  ["SELECT * FROM users WHERE id = $1", "users"],
  ["select u.x from public.Users u join orders o on o.u = u.id where u.id = ?", "o orders u users"],
  ["INSERT INTO orders (u, total) VALUES ($1, $2) RETURNING id", "orders!"],
  ["INSERT INTO a SELECT * FROM b", "a! b"],
  ["INSERT INTO a (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET x = excluded.x", "a!"],
  ["UPDATE a SET x = (SELECT max(y) FROM b) WHERE id = :id", "a! b"],
  ["update only a set x = 1", "a! only!"],
  ["DELETE FROM `a` WHERE id IN (SELECT id FROM c)", "a! c"],
  ["SELECT (SELECT count(*) FROM b) FROM a ORDER BY (SELECT x FROM c)", "a b c"],
  ["REPLACE INTO a VALUES (1)", "a!"],
])("%s", (text, tables) => {
  expect(told(text)).toBe(tables);
});

test.each([
  "BEGIN", "COMMIT", "SAVEPOINT s", "PRAGMA foreign_keys = ON", "SET x = 1", "CALL p()", "SELECT nextval('s')", "SELECT f(x) FROM a", "SELECT * FROM f(1)",
  "SELECT s.lower(x) FROM a", "SELECT last_insert_rowid()", "SELECT * INTO b FROM a", "WITH t AS (DELETE FROM a RETURNING *) SELECT * FROM t", "hello", "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE",
])("%s cannot be told by its tables", (text) => {
  expect(told(text)).toBeUndefined();
});

test("whether a statement asks for the time", () => {
  expect(["SELECT x FROM a", "UPDATE a SET x = now()", "SELECT date('now')"].map((text) => readingOf(text)?.asksTime)).toEqual([false, true, true]);
});

test("statements end at semicolons that are not in texts, comments, names or bodies", () => {
  const text = `SELECT 'a;b' -- c;d
    ; /* e;f */ UPDATE "g;h" SET x = 1; ; DO $$ BEGIN; END $$; SELECT $1`;
  expect(statementsOf(text).map(({ words }) => words[0])).toEqual(["select", "update", "do", "select"]);
  expect(statementsOf(text)[1]!.words).toContain("g;h");
});

test("the SQL of a call is found in each shape that clients take it in", () => {
  const template = (strings: TemplateStringsArray, ..._values: unknown[]): TemplateStringsArray => strings;
  expect(textsOf(["SELECT 1", [2]])).toEqual(["SELECT 1"]);
  expect(textsOf([{ text: "SELECT 1", values: [] }])).toEqual(["SELECT 1"]);
  expect(textsOf([{ sql: "SELECT 1", args: [] }])).toEqual(["SELECT 1"]);
  expect(textsOf([template`SELECT ${1} + ${2}`])).toEqual(["SELECT $1 + $2"]);
  expect(textsOf([["SELECT 1", { sql: "SELECT 2" }, ["SELECT 3", [4]]]])).toEqual(["SELECT 1", "SELECT 2", "SELECT 3"]);
  expect([textsOf([]), textsOf([() => 1]), textsOf([["SELECT 1", 2]]), textsOf([[]]), textsOf([null])]).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

describe("definitions", () => {
  function used(definitions: string, text: string): string | undefined {
    const database = new Database();
    database.define(definitions);
    return database.usedBy([text]).parts?.map(({ name, isWrite }) => (isWrite ? `${name}!` : name)).sort().join(" ");
  }

  const users = "CREATE TABLE users (id SERIAL PRIMARY KEY); CREATE TABLE IF NOT EXISTS shop.orders (u INT REFERENCES shop.users (id)); CREATE TABLE items (o INT, FOREIGN KEY (o) REFERENCES orders)";

  test("a foreign key is looked at by who writes, in both directions and on and on", () => {
    expect(used(users, "INSERT INTO items VALUES (1)")).toBe("items! orders");
    expect(used(users, "DELETE FROM users")).toBe("items! orders! users!");
    expect(used(users, "SELECT * FROM orders")).toBe("orders");
    expect(used("CREATE TABLE a (x INT); ALTER TABLE ONLY a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES b (id)", "UPDATE a SET x = 1")).toBe("a! b");
  });

  test("a view is what it selects from, and who writes to it may do anything", () => {
    expect(used("CREATE VIEW v AS SELECT * FROM a JOIN b USING (id)", "SELECT * FROM v")).toBe("a b v");
    expect(used("CREATE VIEW v AS SELECT * FROM a", "UPDATE v SET x = 1")).toBeUndefined();
  });

  test("indexes connect nothing; triggers, functions, parts of tables and what cannot be read connect everything", () => {
    expect(used("CREATE UNIQUE INDEX i ON a (x); DROP TABLE IF EXISTS b; CREATE TYPE t AS ENUM ('x')", "UPDATE a SET x = 1")).toBe("a!");
    for (const definition of ["CREATE TRIGGER t AFTER INSERT ON b BEGIN SELECT 1; END", "CREATE OR REPLACE FUNCTION lower(x text) RETURNS text AS $$ $$", "CREATE TABLE p PARTITION OF q FOR VALUES IN (1)", "CREATE TABLE c (x INT) INHERITS (q)", "CREATE RULE r AS ON INSERT TO b DO NOTHING", "ALTER TABLE a RENAME TO b", "CREATE MATERIALIZED VIEW v AS SELECT 1"]) {
      expect(used(definition, "UPDATE a SET x = 1"), definition).toBeUndefined();
    }
    expect(used("CREATE TABLE a (x INT DEFAULT nextval('s'))", "INSERT INTO a VALUES (1)")).toBeUndefined();
  });

  test("a column that takes the time makes what is done to its table depend on it", () => {
    const database = new Database();
    database.define("CREATE TABLE a (x INT, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP); CREATE TABLE b (x INT)");
    expect(["INSERT INTO a (x) VALUES (1)", "INSERT INTO b (x) VALUES (1)"].map((text) => database.usedBy([text]).isTimeless)).toEqual([false, true]);
  });
});
