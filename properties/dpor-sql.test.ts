/** The reduced search over a real database whose SQL is read: as many orders as there are, and nothing missed. */
import fc from "fast-check";
import type { Body } from "heddle";
import Database from "libsql";
import { expect, test } from "vitest";
import type { Strategy } from "../src/engine/strategy.ts";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { cases, law } from "./support/cases.ts";
import { countTraces, type Counted } from "./support/count-traces.ts";

/** Tables that nothing connects, and such as definitions connect in each way that there is. */
const SCHEMAS = {
  apart: "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER)",
  keys: "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER REFERENCES a (id) ON DELETE CASCADE)",
  view: "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); CREATE VIEW b AS SELECT id, n + 1 AS n FROM a WHERE n > 0",
  trigger: `CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER);
    CREATE TRIGGER t AFTER UPDATE ON a BEGIN INSERT INTO b (n) VALUES (new.n); END`,
} as const;

const statement: fc.Arbitrary<string> = fc
  .record({ table: fc.constantFrom("a", "b"), other: fc.constantFrom("a", "b"), id: fc.integer({ min: 1, max: 3 }) })
  .chain(({ table, other, id }) =>
    fc.constantFrom(
      `SELECT id, n FROM ${table} ORDER BY id`,
      `SELECT count(*) AS n FROM main."${table}" WHERE n >= ${id}`,
      `SELECT ${table}.id FROM ${table} LEFT JOIN ${other} AS o ON o.id = ${table}.n ORDER BY 1`,
      `INSERT INTO ${table} (id, n) VALUES (${id + 2}, 1)`,
      `INSERT OR IGNORE INTO ${table} (id, n) SELECT id + ${id}, n FROM ${other}`,
      `UPDATE ${table} SET n = n * 2 + ${id}`,
      `UPDATE ${table} SET n = (SELECT max(id) FROM ${other} AS x)`,
      `UPDATE ${table.toUpperCase()} SET n = CASE WHEN EXISTS (SELECT 1 FROM ${other} WHERE id = ${id}) THEN 0 ELSE n END`,
      `DELETE FROM ${table} WHERE id = ${id}`,
      `WITH t AS (SELECT max(n) AS m FROM ${other}) SELECT m FROM t`,
      `SELECT changes() AS n`,
    ),
  );

interface Script {
  readonly schema: keyof typeof SCHEMAS;
  /** What each task asks for. */
  readonly tasks: readonly (readonly string[])[];
}

const scripts: fc.Arbitrary<Script> = fc.record({
  schema: fc.constantFrom("apart", "apart", "keys", "view", "trigger"),
  // Three statements have 495 interleavings, four thousands.
  tasks: fc.tuple(fc.array(statement, { minLength: 1, maxLength: 2 }), fc.tuple(statement)),
});

const rows = (raw: Database.Database, text: string): string => JSON.stringify(raw.prepare(text).all().map((row) => ({ ...(row as object), _metadata: undefined })));

function bodyOf({ schema, tasks }: Script, seen: Set<string>): Body {
  return async ({ io }) => {
    const raw = new Database(":memory:");
    raw.exec(`PRAGMA foreign_keys = ON; ${SCHEMAS[schema]}; INSERT INTO a VALUES (1, 1), (2, 0)`);
    if (schema !== "view") raw.exec("INSERT INTO b VALUES (1, 1)");
    const ask = io("db.ask", (text: string) => (/^(?:SELECT|WITH)/.test(text) ? rows(raw, text) : String(raw.prepare(text).run().changes)), { sql: SCHEMAS[schema] });
    const told = await Promise.all(
      tasks.map(async (texts) => {
        const mine: string[] = [];
        for (const text of texts) mine.push(await ask(text).catch((error: Error) => error.message));
        return mine;
      }),
    );
    seen.add(JSON.stringify([told, rows(raw, "SELECT id, n FROM a ORDER BY id"), rows(raw, "SELECT id, n FROM b ORDER BY id")]));
    raw.close();
  };
}

async function resultsOf(script: Script, strategy: Strategy): Promise<Counted & { readonly results: ReadonlySet<string> }> {
  const results = new Set<string>();
  const counted = await countTraces(bodyOf(script, results), strategy, 600, ({ failure }) => {
    if (failure !== undefined) throw failure.error;
  });
  return { ...counted, results };
}

test("programs of SQL come to the same results as when every interleaving is tried", law(120_000), async () => {
  let spared = 0;
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const all = await resultsOf(script, exhaustive(Number.POSITIVE_INFINITY));
      expect(all.isComplete).toBe(true);
      const reduced = await resultsOf(script, dpor());
      expect(reduced.isComplete).toBe(true);
      expect(reduced.results).toEqual(all.results);
      if (reduced.runs < all.runs) spared += 1;
    }),
    cases(12),
  );
  expect(spared).toBeGreaterThan(0);
});
