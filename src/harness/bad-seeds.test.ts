import { explore, HeddleError, type Body } from "heddle";
import { afterEach, describe, expect, test, vi } from "vitest";

/** A lost update that plain JavaScript's order does not show. */
const counted: Body = async ({ spawn, io }) => {
  let stored = 0;
  const load = io("db.load", () => stored);
  const save = io("db.save", (value: number) => {
    stored = value;
  });
  const add = async (amount: number): Promise<void> => save((await load()) + amount);
  const late = async (): Promise<void> => {
    await load();
    await load();
    await add(2);
  };
  await Promise.all([spawn("a", () => add(1)), spawn("b", late)]);
  if (stored !== 3) throw new Error(`stored ${stored}, not 3`);
};

const NAME = "counts to three";

async function seedOf(body: Body, name?: string): Promise<string> {
  const { failure } = await explore(body, name === undefined ? {} : { name });
  expect(failure?.seed).toMatch(/^hd1[0-9a-z]+$/);
  return failure!.seed;
}

async function refusal(promise: Promise<unknown>): Promise<HeddleError> {
  const reason: unknown = await promise.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(HeddleError);
  return reason as HeddleError;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a seed that was damaged", () => {
  test("one that was cut off, anywhere", async () => {
    const seed = await seedOf(counted);
    for (let length = 3; length < seed.length; length += 1) {
      const cut = seed.slice(0, length);
      const error = await refusal(explore(counted, { seed: cut }));
      expect(error.code, cut).toBe("BAD_SEED");
      expect(error.message).toContain(`"${cut}" is not a seed that can be replayed`);
      expect(error.message).toMatch(/cut off or mistyped; copy the whole of it/);
    }
  });

  test("one with a character more", async () => {
    const error = await refusal(explore(counted, { seed: `${await seedOf(counted)}0` }));
    expect(error.code).toBe("BAD_SEED");
  });

  test("one with any one character changed", async () => {
    const seed = await seedOf(counted);
    for (let at = 3; at < seed.length; at += 1) {
      for (const other of ["0", "z", "7"]) {
        if (seed[at] === other) continue;
        const flipped = seed.slice(0, at) + other + seed.slice(at + 1);
        const error = await refusal(explore(counted, { seed: flipped }));
        expect(error.code, flipped).toBe("BAD_SEED");
        expect(error.message).toMatch(/checksum is wrong/);
      }
    }
  });

  test("one with two neighbours swapped", async () => {
    const seed = await seedOf(counted);
    for (let at = 3; at + 1 < seed.length; at += 1) {
      if (seed[at] === seed[at + 1]) continue;
      const swapped = seed.slice(0, at) + seed[at + 1]! + seed[at]! + seed.slice(at + 2);
      expect((await refusal(explore(counted, { seed: swapped }))).code, swapped).toBe("BAD_SEED");
    }
  });

  test("one with characters that no seed has", async () => {
    const seed = await seedOf(counted);
    const error = await refusal(explore(counted, { seed: `${seed.slice(0, 6)}-${seed.slice(7)}` }));
    expect(error.code).toBe("BAD_SEED");
  });

  test("one of a newer version says so", async () => {
    const seed = await seedOf(counted);
    const error = await refusal(explore(counted, { seed: seed.replace("hd1", "hd2") }));
    expect(error.code).toBe("BAD_SEED");
    expect(error.message).toMatch(/it is of version 2, and this heddle reads version 1; update heddle/);
  });

  test("blanks around it and capitals do no harm: people paste", async () => {
    const seed = await seedOf(counted);
    for (const pasted of [` ${seed}\n`, seed.toUpperCase()]) {
      const { failure } = await explore(counted, { seed: pasted });
      expect(String(failure?.error)).toMatch(/stored \d, not 3/);
    }
  });
});

describe("a seed of another test", () => {
  test("is refused where it was given to this one by hand", async () => {
    const seed = await seedOf(counted, NAME);
    const error = await refusal(explore(counted, { name: "another", seed }));
    expect(error.code).toBe("SEED_MISMATCH");
    expect(error.message).toMatch(/was printed by another test than "another", or by one in another file; give it to the test that printed it/);
  });

  test("in the environment leaves this one alone: it is searched as ever", async () => {
    vi.stubEnv("HEDDLE_SEED", await seedOf(counted, NAME));
    const { verdict, runs } = await explore(async ({ io }) => io("step")(), { name: "another" });
    expect(verdict).toBe("passed");
    expect(runs).toBeGreaterThanOrEqual(1);
  });

  test("and in the environment of its own it is replayed", async () => {
    const seed = await seedOf(counted, NAME);
    vi.stubEnv("HEDDLE_SEED", seed);
    const { failure, runs, seed: used } = await explore(counted, { name: NAME });
    expect(failure?.kind).toBe("error");
    expect([runs, used]).toEqual([1, seed]);
  });
});

describe("a seed whose code has changed", () => {
  /** The same task names and boundaries, but the second task now asks three times before. */
  const changed: Body = async ({ spawn, io }) => {
    const load = io("db.load", () => 0);
    const save = io("db.save", () => undefined);
    await Promise.all([spawn("first", () => load()), spawn("second", () => save()), spawn("third", () => load())]);
  };

  test("names the step, what was expected and what was legal", async () => {
    const error = await refusal(explore(changed, { seed: await seedOf(counted) }));
    expect(error.code).toBe("REPLAY_DIVERGED");
    expect(error.message).toMatch(/this seed does not fit the code any more: at decision \d+ it expects an? \w+ \(id \w+\) at position \d+/);
    expect(error.message).toMatch(/Legal here, in plain JavaScript's order:\n {2}0: \w+ \w+#\d+\n {2}1: \w+ \w+#\d+/);
    expect(error.message).toMatch(/search again without it/);
  });

  test("a body that now ends before the schedule does is no pass", async () => {
    const error = await refusal(explore(async () => undefined, { seed: await seedOf(counted) }));
    expect(error.code).toBe("REPLAY_DIVERGED");
  });

  test("the mended body: the seed does not fail any more, and the summary says no more than that", async () => {
    const mended: Body = async ({ spawn, io }) => {
      let stored = 0;
      const load = io("db.load", () => stored);
      const save = io("db.save", (value: number) => {
        stored = value;
      });
      let last: Promise<unknown> = Promise.resolve();
      const add = (amount: number): Promise<void> => {
        const done = last.then(async () => save((await load()) + amount));
        last = done;
        return done;
      };
      const late = async (): Promise<void> => {
        await load();
        await load();
        await add(2);
      };
      await Promise.all([spawn("a", () => add(1)), spawn("b", late)]);
      if (stored !== 3) throw new Error(`stored ${stored}, not 3`);
    };
    const outcome = await explore(mended, { seed: await seedOf(counted) }).catch((error: unknown) => error);
    if (outcome instanceof HeddleError) {
      expect(outcome.code).toBe("REPLAY_DIVERGED");
    } else {
      expect(outcome).toMatchObject({ verdict: "passed", complete: false, runs: 1, summary: "replayed one schedule, which passed" });
    }
  });
});
