import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

type Load = (key: string) => Promise<string>;

/** Calls for a key share a load while it is under way. */
class Dedupe {
  protected readonly inFlight = new Map<string, Promise<string>>();
  protected readonly load: Load;
  protected readonly log: () => Promise<void>;

  constructor({ io }: BodyContext, load: Load) {
    this.load = load;
    this.log = io("log");
  }

  get(key: string): Promise<string> {
    return this.inFlight.get(key) ?? this.begin(key);
  }

  protected begin(key: string): Promise<string> {
    const load = this.load(key).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, load);
    return load;
  }
}

class ForgetsConcurrentCallers extends Dedupe {
  override async get(key: string): Promise<string> {
    const shared = this.inFlight.get(key);
    if (shared !== undefined) return shared;
    await this.log();
    return this.begin(key);
  }
}

class KeepsRejections extends Dedupe {
  protected override begin(key: string): Promise<string> {
    const load = this.load(key);
    this.inFlight.set(key, load);
    void load.then(
      () => this.inFlight.delete(key),
      () => undefined,
    );
    return load;
  }
}

class LetsOthersHang extends Dedupe {
  protected override begin(key: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const shared = new Promise<string>((tell) => {
        this.load(key).then((value) => {
          this.inFlight.delete(key);
          tell(value);
          resolve(value);
        }, (error: unknown) => {
          this.inFlight.delete(key);
          reject(error as Error);
        });
      });
      this.inFlight.set(key, shared);
    });
  }
}

class ForgetsAfterTheLog extends Dedupe {
  protected override begin(key: string): Promise<string> {
    const load = this.load(key);
    this.inFlight.set(key, load);
    const forget = (): Promise<void> => this.log().then(() => void this.inFlight.delete(key));
    load.then(forget, forget);
    return load;
  }
}

class SharesOneLoadForAll extends Dedupe {
  override get(key: string): Promise<string> {
    const [shared] = this.inFlight.values();
    return shared ?? this.begin(key);
  }
}

const call = fc.record({ key: fc.constantFrom("a", "b"), atMs: fc.nat(30) }, { noNullPrototype: true });

/** Versions of the object that loads with what the property gives it. */
type Versions = (load: Load) => Dedupe;

export const dedupe: Subject = subject<Versions>({
  name: "in-flight dedupe",
  specified: "an invariant",
  // Under `latency` a load is over some time before `finally` forgets it.
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(call, { minLength: 2, maxLength: 5 }),
      fc.nat(20),
      async (context, calls, upAtMs) => {
        const { io, spawn, sleep, invariant } = context;
        const loading = new Map<string, number>();
        const total = (key: string, by: number): unknown => loading.set(key, (loading.get(key) ?? 0) + by);
        let isUp = false;
        let version = 0;
        const select = io("db.select", (key: string) => {
          version += 1;
          if (!isUp) throw new Error("down");
          return `${key} ${version}`;
        });
        const own = create(context)(async (key) => {
          total(key, 1);
          try {
            return await select(key);
          } finally {
            total(key, -1);
          }
        });
        invariant("one load of a key at a time", () => [...loading.values()].every((count) => count <= 1));
        const outage = spawn("outage", async () => {
          await sleep(upAtMs);
          isUp = true;
        });
        const client = (key: string, atMs: number, index: number): Promise<void> =>
          spawn(`client ${index + 1}`, async () => {
            await sleep(atMs);
            const isQuiet = (loading.get(key) ?? 0) === 0;
            const [before, wasUp] = [version, isUp];
            try {
              const value = await own.get(key);
              if (!value.startsWith(`${key} `)) throw new RangeError(`asked for ${key}, got ${value}`);
              if (isQuiet && Number(value.slice(2)) <= before) throw new RangeError(`got ${value}, which was loaded before it was asked for`);
            } catch (error) {
              if (error instanceof RangeError || (wasUp && isQuiet)) throw error;
            }
          });
        await Promise.all([outage, ...calls.map(({ key, atMs }, index) => client(key, atMs, index))]);
      },
      options,
    ),
  correct: (context) => (load) => new Dedupe(context, load),
  mutants: {
    "it forgets concurrent callers: it awaits between looking and loading": (context) => (load) => new ForgetsConcurrentCallers(context, load),
    "it keeps rejections": (context) => (load) => new KeepsRejections(context, load),
    "who shares a load that is rejected hangs": (context) => (load) => new LetsOthersHang(context, load),
    "a load that is over is shared for a while": (context) => (load) => new ForgetsAfterTheLog(context, load),
    "one load is shared by all keys": (context) => (load) => new SharesOneLoadForAll(context, load),
  },
});
