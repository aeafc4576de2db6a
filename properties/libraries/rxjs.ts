import assert from "node:assert/strict";
import type { Body } from "heddle";
import {
  asapScheduler, asyncScheduler, concatMap, debounceTime, defer, firstValueFrom, from, lastValueFrom, map, mergeMap, observeOn, of, retry, scan,
  shareReplay, Subject, switchMap, timeout, timer, toArray, type ObservableInput, type OperatorFunction,
} from "rxjs";
import type { Scenario } from "../packages/scenario.ts";

type Flatten = (search: (text: string) => ObservableInput<string>) => OperatorFunction<string, string>;

/** A search while one types: what is shown at the end is of what was typed last. */
const typeahead =
  (flatten: Flatten): Body =>
  async ({ io, sleep }) => {
    const search = io("search", (text: string) => `results for ${text}`);
    const typed = new Subject<string>();
    let shown = "";
    const results = typed.pipe(debounceTime(30), flatten((text) => from(search(text))));
    const done = new Promise<void>((resolve, reject) => results.subscribe({ next: (text) => (shown = text), complete: resolve, error: reject }));
    for (const [text, pauseMs] of [["h", 10], ["he", 40], ["hed", 35]] as const) {
      typed.next(text);
      await sleep(pauseMs);
    }
    await sleep(40);
    typed.complete();
    await done;
    assert.equal(shown, "results for hed");
  };

/** Work in order, on each of the schedulers. */
const inOrder =
  (flatten: <In, Out>(project: (value: In) => ObservableInput<Out>) => OperatorFunction<In, Out>): Body =>
  async ({ io }) => {
    const work = io("work", (value: number) => value * 10);
    for (const scheduler of [asapScheduler, asyncScheduler]) {
      const values = await lastValueFrom(of(1, 2, 3).pipe(observeOn(scheduler), flatten((value: number) => from(work(value))), toArray()));
      assert.deepEqual(values, [10, 20, 30]);
    }
  };

/** One connection for all subscribers, made again when it fails, given up when it takes too long. */
const shared =
  (share: boolean): Body =>
  async ({ io, spawn }) => {
    let connections = 0;
    const connect = io("connect", () => {
      connections += 1;
      if (connections === 1) throw new Error("refused");
      return `connection ${connections}`;
    });
    const connecting = defer(() => connect()).pipe(retry({ count: 1, delay: () => timer(20) }), timeout(5000));
    const connection = share ? connecting.pipe(shareReplay(1)) : connecting;
    const answers = await Promise.all(["a", "b", "c"].map((name) => spawn(name, () => firstValueFrom(connection))));
    assert.deepEqual(new Set(answers).size, 1, answers.join(", "));
  };

/** Amounts that are added up one after the other, or read before and written after an I/O. */
const account =
  (isSafe: boolean): Body =>
  async ({ io }) => {
    const fetch = io("fetch", (amount: number) => amount);
    let balance = 0;
    const deposits = of(1, 2, 3).pipe(
      mergeMap(async (amount) => {
        const before = balance;
        const fetched = await fetch(amount);
        if (!isSafe) balance = before + fetched;
        return fetched;
      }),
      scan((sum, amount) => sum + amount, 0),
      map((sum) => (isSafe ? (balance = sum) : balance)),
    );
    assert.equal(await lastValueFrom(deposits), 6);
  };

export const scenarios: readonly Scenario[] = [
  { package: "rxjs", promise: "switchMap and debounceTime: the last search wins", kept: typeahead((search) => switchMap(search)), broken: typeahead((search) => mergeMap(search)) },
  { package: "rxjs", promise: "concatMap keeps the order, on asapScheduler and asyncScheduler", kept: inOrder(concatMap), broken: inOrder(mergeMap) },
  { package: "rxjs", promise: "shareReplay: one connection for all, with retry and timeout", kept: shared(true), broken: shared(false) },
  { package: "rxjs", promise: "scan adds up whatever comes in whatever order", kept: account(true), broken: account(false) },
];
