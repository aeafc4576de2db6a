/** The process that runs vitest over a suite: started by the command line, which watches it and may kill it. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestCase, TestModule, Vitest } from "vitest/node";
import { natives } from "../host/natives.ts";
import { PROVIDED } from "../vitest/suite/settings.ts";
import { heddle } from "../vite/index.ts";
import { RUNNER } from "../vite/runner.ts";
import { isError, messageOf, read } from "../values/thrown.ts";
import type { RoundMessage, RoundRequest, RoundTest } from "./messages.ts";

const EVERY_MS = 200;

type VitestNode = typeof import("vitest/node");

function send(message: RoundMessage): void {
  process.send?.(message);
}

/** The suite's own vitest, not one that heddle might bring. */
async function loadVitest(cwd: string): Promise<VitestNode> {
  const path = vitestOf(join(cwd, "package.json"));
  if (path === undefined) {
    throw new Error(
      `there is no vitest in ${cwd}. This command is for suites of vitest: npm i -D vitest (4.1 or newer), and start heddle in the folder of your package. ` +
        'In a test of any other runner: import { race } from "heddle", and await race(async ({ spawn, io }) => { … }); it prints how to replay what it finds',
    );
  }
  // Tests that one copy has collected are unknown to the other.
  const own = vitestOf(RUNNER);
  if (own !== path) {
    throw new Error(`heddle (${RUNNER}) would load the vitest in ${own ?? "no place"}, and the suite has its own in ${path}: install heddle beside it, npm i -D heddle`);
  }
  return (await import(pathToFileURL(path).href)) as VitestNode;
}

function vitestOf(file: string): string | undefined {
  try {
    return createRequire(file).resolve("vitest/node");
  } catch {
    return undefined;
  }
}

class Round {
  private readonly request: RoundRequest;
  private readonly said = new Map<string, string>();

  constructor(request: RoundRequest) {
    this.request = request;
  }

  async run(): Promise<void> {
    const { cwd, filters, vitest: options, settings, journals } = this.request;
    process.env["HEDDLE_JOURNAL"] = journals;
    // What the command line says goes before the environment.
    if (settings.replay === undefined && Number(process.env["HEDDLE_LATENCY"]) !== settings.latencyMs) delete process.env["HEDDLE_LATENCY"];
    const { createVitest } = await loadVitest(cwd);
    const vitest = await createVitest(
      "test",
      {
        watch: false,
        run: true,
        coverage: { enabled: false },
        reporters: [{}],
        silent: true,
        bail: 0,
        ui: false,
        api: false,
        // Types have one order only, and checking them takes longer than most suites do.
        typecheck: { enabled: false },
        ...options,
      },
      { plugins: [heddle()] },
    );
    const inBrowser = vitest.projects.find(({ config }) => config.browser.enabled);
    if (inBrowser !== undefined) {
      await vitest.close();
      throw new Error(`the tests${inBrowser.name === "" ? "" : ` of the project ${inBrowser.name}`} run in a browser (\`test.browser.enabled\`), where heddle does not run yet: give \`--project\` with one that runs in Node [UNSUPPORTED]`);
    }
    for (const project of vitest.projects) {
      project.config.runner = RUNNER;
      project.provide(PROVIDED, settings);
    }
    const timer = natives.setInterval.call(globalThis, () => this.tell(vitest), EVERY_MS);
    try {
      const { unhandledErrors } = await started(vitest, filters);
      this.tell(vitest);
      send({ type: "done", errors: unhandledErrors.map(textOf), unloaded: moduleErrors(vitest).map(textOf) });
    } finally {
      natives.clearInterval.call(globalThis, timer as never);
      await vitest.close();
    }
  }

  private tell(vitest: Vitest): void {
    const tests: RoundTest[] = [];
    const collected = { wanted: 0, leftOut: 0 };
    for (const module of vitest.state.getTestModules()) {
      for (const test of module.children.allTests()) {
        if (isLeftOut(test)) {
          collected.leftOut += 1;
          continue;
        }
        collected.wanted += 1;
        const one = roundTest(module, test);
        if (one === undefined) continue;
        const text = JSON.stringify(one.report);
        if (this.said.get(test.id) === text) continue;
        this.said.set(test.id, text);
        tests.push(one);
      }
    }
    send({ type: "state", collected, tests });
  }
}

function started(vitest: Vitest, filters: readonly string[]): ReturnType<Vitest["start"]> {
  return vitest.start([...filters]).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "VITEST_FILES_NOT_FOUND") throw error;
    const which = filters.length === 0 ? "" : ` that matches ${filters.join(" or ")}`;
    const include = vitest.projects.flatMap(({ config }) => config.include).join(", ");
    throw new Error(`vitest finds no test file${which}: its \`include\` is ${include}`, { cause: error });
  });
}

/** Whether the pattern of `-t` has left a test out: to vitest it is a skipped one like others. */
function isLeftOut(test: TestCase): boolean {
  const { testNamePattern } = test.project.config;
  if (testNamePattern === undefined || test.meta().heddleSuite !== undefined) return false;
  // vitest 4 joins the names by a blank, vitest 5 as it shows them.
  return ![test.fullName, namesOf(test).join(" ")].some((name) => name.search(testNamePattern) >= 0);
}

function namesOf(test: TestCase): string[] {
  const names = [test.name];
  for (let one = test.parent; one.type === "suite"; one = one.parent) names.unshift(one.name);
  return names;
}

function roundTest(module: TestModule, test: TestCase): RoundTest | undefined {
  const report = test.meta().heddleSuite;
  const named = { file: module.relativeModuleId, path: module.moduleId, name: test.fullName };
  if (report !== undefined) return { ...named, report };
  const result = test.result();
  if (result.state !== "skipped") return undefined;
  const failed = failedHookOf(test);
  if (failed !== undefined) return { ...named, report: { verdict: "fails natively", runs: 0, totalRuns: 0, elapsedMs: 0, summary: `a hook of its suite failed: ${failed}` } };
  const summary = result.note ?? (test.options.mode === "todo" ? "todo" : "skipped in the suite");
  return { ...named, report: { verdict: "skipped", runs: 0, totalRuns: 0, elapsedMs: 0, summary, reason: "left out" } };
}

/** What a `beforeAll` around a test has failed with: vitest takes the test for a skipped one. */
function failedHookOf(test: TestCase): string | undefined {
  for (let one = test.parent; one.type === "suite"; one = one.parent) {
    const [error] = one.errors();
    if (error !== undefined) return textOf(error).split("\n", 1)[0]!;
  }
  return undefined;
}

function moduleErrors(vitest: Vitest): unknown[] {
  return vitest.state.getTestModules().flatMap((module) => module.errors().map((error) => ({ ...error, message: `${module.relativeModuleId}: ${error.message}` })));
}

function textOf(error: unknown): string {
  // vitest hands on plain objects with the fields of errors.
  const message = read(error, "message");
  if (typeof message === "string" && !isError(error)) return message;
  return messageOf(error);
}

process.once("message", (request) => {
  new Round(request as RoundRequest)
    .run()
    .catch((error: unknown) => send({ type: "cannot run", text: messageOf(error) }))
    .finally(() => process.disconnect());
});
