// @vitest-environment jsdom
/** Testing Library waits by timers, by a `MutationObserver` and, with React, by `act`: in a body that is virtual time. */
// First, as always: what React and jsdom keep of the global functions is heddle's then.
import { explore, type Body } from "heddle";
import { fireEvent, screen, waitFor } from "@testing-library/dom";
import { act, cleanup, render, waitFor as waitForReact } from "@testing-library/react";
import { createElement, useEffect, useState, type ReactElement } from "react";
import { describe, expect, test } from "vitest";

type Search = (text: string) => Promise<string>;

/** BUG, unless stale answers are dropped: shows what came last, not what was asked for last. */
function searchBox(search: Search, dropsStale: boolean): void {
  document.body.innerHTML = '<input aria-label="search"><output></output>';
  const input = screen.getByLabelText<HTMLInputElement>("search");
  let latest = 0;
  input.addEventListener("input", async () => {
    latest += 1;
    const mine = latest;
    const results = await search(input.value);
    if (dropsStale && mine !== latest) return;
    screen.getByRole("status").textContent = results;
  });
}

const typing =
  (dropsStale: boolean): Body =>
  async ({ io, sleep }) => {
    searchBox(io("search", (text: string) => `results for ${text}`), dropsStale);
    for (const value of ["h", "he"]) {
      fireEvent.input(screen.getByLabelText("search"), { target: { value } });
      await sleep(20);
    }
    await waitFor(() => expect(screen.getByRole("status").textContent).toMatch(/results/));
    await sleep(200);
    expect(screen.getByRole("status").textContent).toBe("results for he");
  };

function Profile({ id, load, ignoresStale }: { readonly id: number; readonly load: (id: number) => Promise<string>; readonly ignoresStale: boolean }): ReactElement {
  const [name, setName] = useState("loading");
  useEffect(() => {
    let isStale = false;
    void load(id).then((loaded) => {
      if (!(isStale && ignoresStale)) setName(loaded);
    });
    return () => {
      isStale = true;
    };
  }, [id, load, ignoresStale]);
  return createElement("p", { role: "note" }, name);
}

const switching =
  (ignoresStale: boolean): Body =>
  async ({ io, sleep }) => {
    cleanup();
    const load = io("user.load", (id: number) => `user ${id}`);
    const { rerender } = render(createElement(Profile, { id: 1, load, ignoresStale }));
    await act(() => sleep(10));
    rerender(createElement(Profile, { id: 2, load, ignoresStale }));
    await waitForReact(() => expect(screen.getByRole("note").textContent).toMatch(/user/));
    await act(() => sleep(200));
    expect(screen.getByRole("note").textContent).toBe("user 2");
  };

describe.each([
  ["waitFor of Testing Library", typing],
  ["React, with act and waitFor", switching],
] as const)("%s", (name, body) => {
  test.each(["production", "latency"] as const)("right use is blamed in no execution under %s", async (order) => {
    const { verdict, failure, runs, complete } = await explore(body(true), { name, order, runs: 40 });
    expect(verdict, failure?.toString()).toBe("passed");
    expect(complete || runs === 40).toBe(true);
  });

  test("a stale answer that is shown is found, and replays", async () => {
    const { failure } = await explore(body(false), { name });
    expect(failure).toMatchObject({ order: "production", reproduced: "5 of 5" });
    const replayed = await explore(body(false), { name, seed: failure!.seed });
    expect((replayed.failure!.error as Error).message).toBe((failure!.error as Error).message);
  });
});

test("waitFor gives up at its own time, which is virtual", async () => {
  const { failure } = await explore(async ({ now, io }) => {
    document.body.innerHTML = "<output></output>";
    const startedAt = now();
    await io("something")();
    await expect(waitFor(() => screen.getByText("never"), { timeout: 700, onTimeout: (error) => error })).rejects.toThrow(/never/);
    expect(now() - startedAt).toBeGreaterThanOrEqual(700);
  }, { order: "production", runs: 5 });
  expect(failure?.toString()).toBeUndefined();
});
