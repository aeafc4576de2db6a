import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

const LIMIT = 2;
const WINDOW_MS = 100;

type Work = () => Promise<void>;

/** At most `LIMIT` calls begin in any `WINDOW_MS`: a log of the last ones, and timers for those that have to wait. */
class RateLimiter {
  protected readonly begun: number[] = [];
  protected readonly audit: () => Promise<void>;

  constructor({ io }: BodyContext) {
    this.audit = io("audit");
  }

  async run(work: Work): Promise<void> {
    while (this.waitMs() > 0) await this.wait(this.waitMs());
    this.begun.push(Date.now());
    await work();
  }

  protected waitMs(): number {
    const now = Date.now();
    while (this.begun.length > 0 && this.begun[0]! + WINDOW_MS <= now) this.begun.shift();
    return this.begun.length < LIMIT ? 0 : this.begun[0]! + WINDOW_MS - now;
  }

  protected wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, delayMs);
    });
  }
}

class CountsAtTheEnd extends RateLimiter {
  override async run(work: Work): Promise<void> {
    while (this.waitMs() > 0) await this.wait(this.waitMs());
    await work();
    this.begun.push(Date.now());
  }
}

class ChecksThenCounts extends RateLimiter {
  override async run(work: Work): Promise<void> {
    while (this.waitMs() > 0) await this.wait(this.waitMs());
    await this.audit();
    this.begun.push(Date.now());
    await work();
  }
}

class DoesNotLookAgain extends RateLimiter {
  override async run(work: Work): Promise<void> {
    const waitMs = this.waitMs();
    if (waitMs > 0) await this.wait(waitMs);
    this.begun.push(Date.now());
    await work();
  }
}

/** Two bursts meet where one window ends and the next begins. */
class CountsByFixedWindows extends RateLimiter {
  protected override waitMs(): number {
    const now = Date.now();
    const window = now - (now % WINDOW_MS);
    return this.begun.filter((at) => at >= window).length < LIMIT ? 0 : window + WINDOW_MS - now;
  }
}

class ForgetsFailures extends RateLimiter {
  override async run(work: Work): Promise<void> {
    while (this.waitMs() > 0) await this.wait(this.waitMs());
    const at = Date.now();
    this.begun.push(at);
    try {
      await work();
    } catch (error) {
      this.begun.splice(this.begun.indexOf(at), 1);
      throw error;
    }
  }
}

class CountsWhenItWasAsked extends RateLimiter {
  override async run(work: Work): Promise<void> {
    const at = Date.now();
    while (this.waitMs() > 0) await this.wait(this.waitMs());
    this.begun.push(at);
    await work();
  }
}

interface Request {
  readonly atMs: number;
  readonly fails: boolean;
}

const request: fc.Arbitrary<Request> = fc.record({ atMs: fc.nat(WINDOW_MS * 2), fails: fc.boolean() }, { noNullPrototype: true });

export const rateLimiter: Subject = subject<RateLimiter>({
  name: "rate limiter",
  specified: "an invariant",
  property: (create, options) =>
    raceProperty(
      fc.array(request, { minLength: 1, maxLength: 6 }),
      async (context, requests) => {
        const { io, spawn, sleep, now } = context;
        const own = create(context);
        const fetch = io("fetch");
        const begun: number[] = [];
        const ask = async ({ atMs, fails }: Request): Promise<void> => {
          await sleep(atMs);
          await own
            .run(async () => {
              begun.push(now());
              await fetch();
              if (fails) throw new Error("refused");
            })
            .catch((error: unknown) => {
              if (!fails) throw error;
            });
        };
        await Promise.all(requests.map((one, index) => spawn(`request ${index + 1}`, () => ask(one))));
        if (begun.length !== requests.length) throw new Error("not every request was made once");
        for (const [index, at] of begun.entries()) {
          const next = begun[index + LIMIT];
          if (next !== undefined && next - at < WINDOW_MS) throw new Error(`more than ${LIMIT} calls within ${WINDOW_MS} ms`);
        }
      },
      options,
    ),
  correct: (context) => new RateLimiter(context),
  mutants: {
    "it counts calls when they are over": (context) => new CountsAtTheEnd(context),
    "check-then-act: it awaits before it counts": (context) => new ChecksThenCounts(context),
    "who has waited does not look again": (context) => new DoesNotLookAgain(context),
    "windows do not slide": (context) => new CountsByFixedWindows(context),
    "calls that fail are not counted": (context) => new ForgetsFailures(context),
    "calls are counted as of when they were asked for": (context) => new CountsWhenItWasAsked(context),
  },
});
