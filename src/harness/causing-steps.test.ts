import { expect, test } from "vitest";
import { explore, type Body, type Timeline, type TimelineStep } from "heddle";

async function recorded(body: Body, order: "production" | "latency"): Promise<Timeline> {
  const { failure } = await explore(
    async (context) => {
      await body(context);
      throw new Error("to be recorded");
    },
    { order, runs: 1, shrinkMs: 0 },
  );
  return failure!.timeline;
}

/** What the steps that brought a step about are, in words. */
function causesOf(timeline: Timeline, wanted: (step: TimelineStep) => boolean): readonly string[] {
  const step = timeline.steps.find(wanted)!;
  return step.after!.map((index) => {
    const { kind, label, task } = timeline.steps[index]!;
    return `${timeline.tasks[task]!.name}: ${label ?? kind}`;
  });
}

test.each(["production", "latency"] as const)("under %s a timer is brought about by the step that set it, an answer by its request", async (order) => {
  const timeline = await recorded(async ({ spawn, io, sleep }) => {
    const load = io("load", async () => 1);
    await Promise.all([
      spawn("waits", () => sleep(5)),
      spawn("loads", async () => {
        await load();
      }),
    ]);
  }, order);
  expect(causesOf(timeline, ({ kind }) => kind === "timer")).toEqual(["main: start"]);
  expect(causesOf(timeline, ({ kind }) => kind === "completion").at(-1)).toBe("loads: load");
});

test("an await is brought about by the step that came to it and by the one that settled its promise", async () => {
  const timeline = await recorded(async ({ spawn, io }) => {
    const load = io("load", async () => 1);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await Promise.all([
      spawn("waits", async () => {
        await gate;
      }),
      spawn("opens", async () => {
        await load();
        open();
      }),
    ]);
  }, "latency");
  expect(causesOf(timeline, ({ kind, task }) => kind === "await" && timeline.tasks[task]!.name === "waits")).toEqual(["main: start", expect.stringMatching(/^opens: /)]);
});

test("causes are earlier steps, each once", async () => {
  const timeline = await recorded(async ({ spawn, io, sleep }) => {
    const call = io("call", async () => undefined);
    const work = async (delayMs: number): Promise<void> => {
      await call();
      await sleep(delayMs);
      await Promise.resolve();
      await call();
    };
    await Promise.all([0, 1, 2, 3].map((task) => spawn(`task ${task}`, () => work(task))));
  }, "latency");
  expect(timeline.steps.length).toBeGreaterThan(20);
  for (const { index, after } of timeline.steps) {
    expect(after).toEqual([...new Set(after)].sort((one, other) => one - other));
    for (const cause of after!) expect(cause).toBeLessThan(index);
    if (index > 0) expect(after!.length).toBeGreaterThan(0);
  }
});
