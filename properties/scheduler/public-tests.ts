/**
 * Tests of public repositories that use fast-check's scheduler, told anew in this project's words: what is tested, once
 * right and once with the mistake that the test is there to find. Each takes the scheduler that it is to use.
 */
import * as fc from "fast-check";

export interface PublicTest {
  /** The repository, or page, and what the test is about. */
  readonly source: string;
  /** @param isRight - of the subject. */
  readonly property: (scheduler: typeof fc.scheduler, isRight: boolean) => fc.IAsyncProperty<unknown>;
}

type Job<Result> = () => Promise<Result>;

function insist(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Answers in the order of the calls. Wrong: two calls may be under way at a time, and the later answer first. */
function inOrder(call: (value: number) => Promise<number>, isRight: boolean): (value: number) => Promise<number> {
  let last: Promise<unknown> = Promise.resolve();
  return (value) => {
    const next = isRight ? last.then(() => call(value)) : call(value);
    last = next.catch(() => undefined);
    return next;
  };
}

const queue: PublicTest = {
  source: "fast-check.dev, tutorial on race conditions: a queue answers in the order of the calls",
  property: (scheduler, isRight) =>
    fc.asyncProperty(scheduler(), fc.integer({ min: 1, max: 4 }), async (s, calls) => {
      const seen: number[] = [];
      let running = 0;
      let most = 0;
      const call = s.scheduleFunction(async function call(value: number) {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        return value;
      });
      const queued = inOrder((value) => call(value).finally(() => (running -= 1)), isRight);
      await s.waitFor(Promise.all(Array.from({ length: calls }, (_, value) => queued(value).then((answer) => seen.push(answer)))));
      insist(seen.every((value, index) => value === index), `answered as ${seen.join(" ")}`);
      insist(most === 1, `${most} calls at a time`);
    }),
};

/** Runs jobs, as many at a time as `limit`. Wrong: the answers are listed as they come. */
async function batch(jobs: readonly Job<number>[], limit: number, isRight: boolean): Promise<number[]> {
  const results: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const index = next++;
      const result = await jobs[index]!();
      if (isRight) results[index] = result;
      else results.push(result);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

const batches: PublicTest = {
  source: "uhop/time-queues: a batch keeps to its limit, and its results are in the order of its jobs",
  property: (scheduler, isRight) =>
    fc.asyncProperty(scheduler(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 12 }), async (s, limit, length) => {
      let running = 0;
      let most = 0;
      const jobs = Array.from({ length }, (_, index) => () => {
        running += 1;
        most = Math.max(most, running);
        return s.schedule(Promise.resolve(index * 2), `job ${index}`).finally(() => (running -= 1));
      });
      const results = await s.waitFor(batch(jobs, limit, isRight));
      return most <= limit && results.length === length && results.every((result, index) => result === index * 2);
    }),
};

/** One run at a time, and each request gets a run that began after it. Wrong: it is told of one that is under way. */
class Beat {
  private running: Promise<void> | undefined = undefined;
  private waiting: Promise<void> | undefined = undefined;
  private readonly run: Job<void>;
  private readonly isRight: boolean;

  constructor(run: Job<void>, isRight: boolean) {
    this.run = run;
    this.isRight = isRight;
  }

  request(): Promise<void> {
    if (this.running === undefined) return this.begin();
    if (!this.isRight) return this.running;
    this.waiting ??= this.running.then(() => {
      this.waiting = undefined;
      return this.begin();
    });
    return this.waiting;
  }

  private begin(): Promise<void> {
    this.running = this.run().finally(() => (this.running = undefined));
    return this.running;
  }
}

const beats: PublicTest = {
  source: "a peer node's heartbeat: runs do not overlap, and no request is answered with a run that began before it",
  property: (scheduler, isRight) =>
    fc.asyncProperty(scheduler(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }), async (s, requests, awaits) => {
      let clock = 0;
      let active = 0;
      const runs: { start: number; end: number }[] = [];
      const beat = new Beat(async () => {
        const start = ++clock;
        insist(++active === 1, "two runs at a time");
        for (let step = 0; step < awaits; step += 1) await s.schedule(Promise.resolve(step), "I/O of a run");
        active -= 1;
        runs.push({ start, end: ++clock });
      }, isRight);
      const issued = Array.from({ length: requests }, async (_, index) => {
        await s.schedule(Promise.resolve(), `request ${index}`);
        const asked = ++clock;
        await beat.request();
        insist(runs.some(({ start, end }) => start > asked && end <= clock), `the request at ${asked} got no run of its own`);
      });
      await s.waitFor(Promise.all(issued));
    }),
};

/** One attempt at a time, shared by its callers, remembered where it succeeds. Wrong: a failure is forgotten a little later. */
function once(attempt: Job<void>, isRight: boolean): Job<void> {
  let current: Promise<void> | undefined;
  return () => {
    if (current !== undefined) return current;
    const begun = attempt();
    current = begun;
    begun.catch(async () => {
      if (!isRight) await Promise.resolve();
      current = undefined;
    });
    return begun;
  };
}

const memo: PublicTest = {
  source: "an agent runtime's `ensureOnce`: callers join the attempt under way, and a failure is tried again, from its handler too",
  property: (scheduler, isRight) =>
    fc.asyncProperty(scheduler(), fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), async (s, retries, endings) => {
      let attempts = 0;
      let succeeded = 0;
      const failed = new Set<Promise<void>>();
      const problems: string[] = [];
      const ensure = once(() => {
        const succeeds = endings[attempts % endings.length]!;
        if (succeeded > 0) problems.push("an attempt after a success");
        attempts += 1;
        return s.schedule(Promise.resolve(), `attempt ${attempts}`).then(() => {
          if (!succeeds) throw new Error("failed");
          succeeded += 1;
        });
      }, isRight);
      const call = (retry: boolean): void => {
        const given = ensure();
        if (failed.has(given)) problems.push("joined an attempt that had failed");
        given.catch(() => {
          failed.add(given);
          if (retry) call(false);
        });
      };
      for (const [index, retry] of retries.entries()) void s.schedule(Promise.resolve(), `call ${index}`).then(() => call(retry));
      await s.waitIdle();
      insist(problems.length === 0, problems[0] ?? "");
      insist(s.count() === 0, "tasks were left");
    }),
};

/** Shows the suggestions for the text that stands there. Wrong: those of the answer that came last. */
class Autocomplete {
  text = "";
  shown: readonly string[] = [];
  private readonly suggestionsFor: (query: string) => Promise<readonly string[]>;
  private readonly isRight: boolean;

  constructor(suggestionsFor: (query: string) => Promise<readonly string[]>, isRight: boolean) {
    this.suggestionsFor = suggestionsFor;
    this.isRight = isRight;
  }

  async type(character: string): Promise<void> {
    this.text += character;
    const query = this.text;
    const suggestions = await this.suggestionsFor(query);
    if (!this.isRight || query === this.text) this.shown = suggestions;
  }
}

const autocomplete: PublicTest = {
  source: "fast-check's example of an autocomplete field, with sequences, `act` and a scheduler that is wrapped by `map`",
  property: (scheduler, isRight) => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
    let depth = 0;
    const act = async (release: () => Promise<void>): Promise<void> => {
      depth += 1;
      await release();
      depth -= 1;
    };
    const wrapped = scheduler({ act }).map((s) => ({
      scheduleFunction: s.scheduleFunction.bind(s),
      scheduleSequence: s.scheduleSequence.bind(s),
      waitAll: () => s.waitAll(),
      toString: () => String(s),
    }));
    return fc.asyncProperty(wrapped, fc.array(text), text, async (s, all, typed) => {
      let outside = 0;
      const suggestionsFor = s.scheduleFunction(async (query: string) => all.filter((one) => one.includes(query)));
      const field = new Autocomplete(async (query) => {
        const suggestions = await suggestionsFor(query);
        if (depth !== 1) outside += 1;
        return suggestions;
      }, isRight);
      s.scheduleSequence([...typed].map((character) => ({ label: `typing ${character}`, builder: async () => void field.type(character) })));
      await s.waitAll();
      insist(outside === 0, "an update outside of act");
      insist(field.text === typed, "not all was typed");
      insist(field.shown.every((one) => one.includes(typed)), `shown for ${JSON.stringify(typed)}: ${JSON.stringify(field.shown)}`);
    });
  },
};

export const publicTests: readonly PublicTest[] = [queue, batches, beats, memo, autocomplete];
