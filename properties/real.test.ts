/**
 * Real parts under `explore()`: used rightly they are blamed in no execution, a race in their use is found, and its
 * seed replays. Sockets have tests of their own (`src/host/io/sockets/sockets.test.ts`).
 */
import { explore } from "heddle";
import { beforeAll, describe, expect, test } from "vitest";
import { databases, startPostgres } from "./real/databases.ts";
import { files } from "./real/files.ts";
import { parts } from "./real/parts.ts";
import type { RealSubject } from "./real/subject.ts";
import { count, law, lawSeed } from "./support/cases.ts";

const subjects: readonly RealSubject[] = [...databases, ...files, ...parts];

beforeAll(startPostgres, 120_000);

describe.each(subjects)("$name", ({ name, safe, racy, error, kind = "error", runs }) => {
  test.each(["production", "auto"] as const)("safe: blamed in no execution (order %s)", law(), async (order) => {
    const most = count(runs);
    const exploration = await explore(safe, { name, order, runs: most, timeMs: 600_000, ...lawSeed() });
    expect(exploration.verdict, exploration.failure?.toString()).toBe("passed");
    expect(exploration.complete || exploration.runs === most).toBe(true);
    const escaped = exploration.uncontrolled.filter((what) => !what.startsWith("the first execution differed"));
    expect(escaped).toEqual([]);
  });

  test("racy: found, and its seed replays", async () => {
    const { failure } = await explore(racy, { name, runs: 300, shrinkMs: 1500 });
    expect(failure).toMatchObject({ kind, reproduced: "5 of 5" });
    expect(String(failure!.error)).toMatch(error);
    const replayed = await explore(racy, { name, seed: failure!.seed });
    expect(String(replayed.failure?.error)).toBe(String(failure!.error));
  });
});
