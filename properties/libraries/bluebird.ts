import assert from "node:assert/strict";
import Bluebird from "bluebird";
import type { Body } from "heddle";
import type { Scenario } from "../packages/scenario.ts";

/** Promises that are not the language's, and continue by a queue of their own. */
const mapped =
  (concurrency: number): Body =>
  async ({ io }) => {
    const load = io("load", () => stored);
    const save = io("save", (value: number) => (stored = value));
    let stored = 0;
    const add = (amount: number): Bluebird<number> =>
      Bluebird.resolve(load())
        .then((before) => save(before + amount))
        .tap((saved) => assert.ok(saved >= amount));
    await Bluebird.map([1, 2, 3], add, { concurrency });
    assert.equal(stored, 6);
  };

/** A resource that is given back however its use ends. */
const using =
  (waits: boolean): Body =>
  async ({ io }) => {
    const query = io("query", (sql: string) => {
      assert.ok(open > 0, `${sql} on a closed connection`);
      return `rows of ${sql}`;
    });
    let open = 0;
    // oxlint-disable-next-line typescript/no-generated-empty-object-type -- as its types have it.
    const connection = (): Bluebird.Disposer<number> => Bluebird.try(() => (open += 1)).disposer(() => void (open -= 1));
    const ask = (sql: string) => (): Promise<unknown> => {
      const asked = query(sql).catch((error: Error) => failures.push(error.message));
      return waits ? asked : Promise.resolve();
    };
    const failures: string[] = [];
    await Bluebird.all([Bluebird.using(connection(), ask("users")), Bluebird.using(connection(), ask("orders"))]);
    await Bluebird.delay(500);
    assert.deepEqual([open, failures], [0, []]);
  };

/** `timeout`, `delay`, `race` and coroutines, by virtual time. */
const timed =
  (timeoutMs: number): Body =>
  async ({ io, now }) => {
    const fetch = io("fetch", () => "answer");
    const get = Bluebird.coroutine(function* (): Generator<Bluebird<unknown>, string, string> {
      yield Bluebird.delay(20);
      return yield Bluebird.resolve(fetch()).timeout(timeoutMs, "too slow");
    });
    const startedAt = now();
    const answer = await Bluebird.race([get(), Bluebird.delay(5000).then(() => "nothing")]);
    assert.equal(answer, "answer");
    assert.ok(now() - startedAt >= 20);
  };

export const scenarios: readonly Scenario[] = [
  { package: "bluebird", promise: "map with a concurrency: one after the other", kept: mapped(1), broken: mapped(2) },
  { package: "bluebird", promise: "using: a resource is given back when its use is over", kept: using(true), broken: using(false) },
  { package: "bluebird", promise: "timeout, delay, race, coroutine", kept: timed(1000), broken: timed(50) },
];
