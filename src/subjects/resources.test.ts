import { explore, type BodyContext, type Lease } from "heddle";
import { describe, expect, test } from "vitest";

const messageOf = async (body: (context: BodyContext) => unknown): Promise<string> => {
  const { failure } = await explore(body, { order: "production", runs: 50 });
  return failure === undefined ? "" : `${failure.kind}: ${(failure.error as Error).message}`;
};

class Pool {
  readonly free: object[] = [{}];
  private readonly waiting: ((connection: object) => void)[] = [];

  async acquire(signal?: AbortSignal): Promise<object> {
    const connection = this.free.pop();
    if (connection !== undefined) return connection;
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }

  release(connection: object): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(connection);
    else next(connection);
  }
}

describe("resource", () => {
  test("what is released is fine, in any order", async () => {
    const body = async ({ resource, io, spawn }: BodyContext): Promise<void> => {
      const connection = resource("connection");
      const use = async (): Promise<void> => {
        const lease = connection.acquire();
        await io("query", () => 1)();
        connection.release(lease);
      };
      await Promise.all([spawn("one", use), spawn("two", use)]);
    };
    expect(await messageOf(body)).toBe("");
  });

  test("what was not given back says who acquired it", async () => {
    expect(await messageOf(({ resource, spawn }) => spawn("checkout", () => void resource("connection").acquire()))).toBe("leak: connection was not given back: checkout acquired it");
    expect(await messageOf(({ resource }) => void resource("lock").acquire("row 7"))).toBe("leak: lock (row 7) was not given back: the body acquired it");
  });

  test("and at which line, in the report", async () => {
    const { failure } = await explore(({ resource, spawn }) => spawn("checkout", () => void resource("connection").acquire()));
    expect(String(failure)).toMatch(/^leak: connection was not given back: checkout acquired it at resources\.test\.ts:\d+\n/);
  });

  test("released twice, or never acquired", async () => {
    const twice = async ({ resource }: BodyContext): Promise<void> => {
      const connection = resource("connection");
      const lease = connection.acquire();
      connection.release(lease);
      connection.release(lease);
    };
    expect(await messageOf(twice)).toBe("leak: connection was released twice, by the body and then by the body");
    const foreign = ({ resource }: BodyContext): void => {
      const [one, other] = [resource("connection"), resource("lock")];
      one.release(other.acquire());
    };
    expect(await messageOf(foreign)).toBe("leak: what the body released as connection was never acquired from it");
    expect(await messageOf(({ resource }) => resource("lock").release({} as Lease))).toContain("was never acquired from it");
  });

  test("may be handed on; of several that are alike each task gives back its own, and the report names the one that has kept its", async () => {
    const handedOn = async ({ resource, spawn }: BodyContext): Promise<void> => {
      const connection = resource("connection");
      const lease = await spawn("first", () => connection.acquire());
      await spawn("second", () => connection.release(lease));
    };
    expect(await messageOf(handedOn)).toBe("");
    const body = async ({ resource, spawn, io }: BodyContext): Promise<void> => {
      const permit = resource("permit").wrap({ take: (): undefined => undefined, give: (_permit?: undefined): void => undefined }, { acquire: "take", release: "give" });
      const first = spawn("first", async () => {
        permit.take();
        await io("query")();
        permit.give();
      });
      await Promise.all([first, spawn("second", () => void permit.take())]);
    };
    expect(await messageOf(body)).toBe("leak: permit was not given back: second acquired it");
  });

  test("is found where only some order leaks", async () => {
    const { failure } = await explore(async ({ resource, io, spawn }) => {
      const connection = resource("connection");
      let isStopped = false;
      void spawn("query", async () => {
        const lease = connection.acquire();
        await io("query", () => 1)();
        if (!isStopped) connection.release(lease);
      });
      await spawn("stop", () => io("stop", () => void (isStopped = true))());
    });
    expect(failure?.kind).toBe("leak");
  });

  test.each(["production", "latency", "chaos"] as const)("a pool that leaks when its caller aborts while waiting is found under %s, by one abort and at most one deviation", async (order) => {
    const body = async ({ resource, spawn, io, abortable }: BodyContext): Promise<void> => {
      const pool = resource("connection").wrap(new Pool(), { acquire: "acquire", release: "release" });
      const signal = abortable("second");
      const use = async (own?: AbortSignal): Promise<void> => {
        const connection = await pool.acquire(own);
        await io("query", () => 1)();
        pool.release(connection);
      };
      await Promise.all([spawn("first", () => use()), spawn("second", () => use(signal).catch((error: unknown) => (error === signal.reason ? undefined : Promise.reject(error as Error))))]);
      if (pool.free.length !== 1) throw new Error("the pool has lost its connection");
    };
    const { failure } = await explore(body, { order, name: "pool" });
    expect(failure?.error).toMatchObject({ message: "the pool has lost its connection" });
    const kinds = failure!.deviations.map(({ check }) => check?.kind);
    expect(kinds.filter((kind) => kind === "abort")).toHaveLength(1);
    expect(kinds.length).toBeLessThanOrEqual(2);
  });

  test("a caller that is aborted between acquire and release has leaked", async () => {
    const { failure } = await explore(async ({ resource, io, abortable }) => {
      const pool = resource("connection").wrap(new Pool(), { acquire: "acquire", release: "release" });
      const signal = abortable("caller");
      const connection = await pool.acquire();
      await io("query", () => 1)();
      if (signal.aborted) return;
      pool.release(connection);
    });
    expect(failure?.kind).toBe("leak");
    expect(failure?.deviations).toHaveLength(1);
    expect(String(failure)).toMatch(/^caller aborted: leak: connection was not given back: the body acquired it at resources\.test\.ts:\d+/);
  });

  test("misuse", async () => {
    expect(await messageOf(({ resource }) => void resource(undefined as never))).toContain('resource(name) takes a name, for the report: resource("connection")');
    expect(await messageOf(({ resource }) => void resource("x").wrap({} as { get: number }, { acquire: "get", release: "get" }))).toContain('there is no method "get"');
  });
});
