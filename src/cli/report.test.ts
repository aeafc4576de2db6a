/** `heddle report` as a user starts it, and what a failing race leaves for other tools: `npm run build` comes first. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { run } from "../vitest/child-vitest.test-helper.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.js");
/** Within the package: there `heddle` is found as its own name. */
const SUITE = join(ROOT, "build/report-suite");

const RACE = `import { expect } from "vitest";
import { test } from "heddle/vitest";

test.race("counts twice", async ({ spawn, shared, io }) => {
  const counter = shared({ value: 0 }, "counter");
  const pause = io("pause", async () => undefined);
  const add = async (): Promise<void> => {
    const { value } = counter;
    await pause();
    counter.value = value + 1;
  };
  await Promise.all([spawn("left", add), spawn("right", add)]);
  expect(counter.value).toBe(2);
});
`;

/** Prints what is attached to each test. */
const REPORTER = `export default class {
  onTestCaseResult(test) {
    for (const { message, type, attachment } of test.annotations()) {
      const body = Buffer.from(attachment?.body ?? "", "base64").toString();
      console.log("ATTACHED " + JSON.stringify({ message, type, contentType: attachment?.contentType, title: /<title>(.*?)<\\/title>/.exec(body)?.[1] }));
    }
  }
}
`;

let failed: Awaited<ReturnType<typeof run>>;

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error("dist/ is not there: npm run build");
  rmSync(SUITE, { recursive: true, force: true });
  mkdirSync(SUITE, { recursive: true });
  writeFileSync(join(SUITE, "race.test.ts"), RACE);
  writeFileSync(join(SUITE, "reporter.mjs"), REPORTER);
  writeFileSync(join(SUITE, "vitest.config.ts"), 'export default { root: import.meta.dirname, test: { include: ["*.test.ts"], server: { deps: { external: [/[/]dist[/]/] } } } };\n');
  const words = [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--reporter=default", "--reporter=./reporter.mjs"];
  failed = await run(process.execPath, words, { HEDDLE_REPORT: "reports", HEDDLE_COVERAGE: "orders", GITHUB_ACTIONS: "true" }, false, SUITE);
}, 120_000);

test("a failing race attaches its page, and annotates the line that decided it under GitHub Actions", () => {
  const attached = JSON.parse(/^ATTACHED (.*)$/m.exec(failed.output)![1]!) as Record<string, string>;
  expect(attached).toMatchObject({ type: "heddle", contentType: "text/html" });
  expect(attached["message"]).toMatch(/^this failure as a page: reports\/counts-twice-\w+\.html$/);
  expect(attached["title"]).toContain("lost update");
  const [command] = /^::error .*title=heddle%3A counts twice.*$/m.exec(failed.output)!;
  expect(command).toMatch(/file=.*race\.test\.ts,line=\d+,col=\d+/);
  expect(command).toMatch(/%0Areplay: npx heddle replay hd1\w+$/);
});

test("HEDDLE_REPORT names a folder for the files of each failure", () => {
  const files = readdirSync(join(SUITE, "reports")).map((file) => file.replace(/-\w{10}\./, "."));
  expect(files.sort()).toEqual(["counts-twice.html", "counts-twice.json", "counts-twice.shiviz.log", "counts-twice.trace.json"]);
});

test("`heddle coverage` adds up the orders that tests have shown", async () => {
  const { exitCode, output } = await run(process.execPath, [MAIN, "coverage", "orders", "--html", "out/orders.html", "--json", "out/orders.json"], {}, false, SUITE);
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/^\d+ pairs? of lines could run in either order: \d+ seen in both orders, \d+ in one only, in \d+ executions?$/m);
  expect(JSON.parse(readFileSync(join(SUITE, "out/orders.json"), "utf8"))).toMatchObject({ format: "heddle-orders", version: 1, tests: ["counts twice"] });
  expect(readFileSync(join(SUITE, "out/orders.html"), "utf8")).toContain("race.test.ts:");
  const none = await run(process.execPath, [MAIN, "coverage", "out"], {}, false, SUITE);
  expect(none).toMatchObject({ exitCode: 2, output: "heddle: there is no coverage in out: run the tests with HEDDLE_COVERAGE=out first\n" });
}, 60_000);

test("`heddle report` replays a seed, and writes what was asked for", async () => {
  const seed = /HEDDLE_SEED=(hd1\w+)/.exec(failed.output)![1]!;
  const words = [MAIN, "report", seed, "--html", "out/page.html", "--json", "out/failure.json", "--trace", "out/trace.json", "--shiviz", "out/log"];
  const { exitCode, output } = await run(process.execPath, words, {}, false, SUITE);
  expect(exitCode, output).toBe(1);
  expect(output).toContain("heddle: the page written to out/page.html");
  const document = JSON.parse(readFileSync(join(SUITE, "out/failure.json"), "utf8")) as { readonly seed: string; readonly test: string };
  expect(document).toMatchObject({ seed, test: "counts twice" });
  expect(readFileSync(join(SUITE, "out/page.html"), "utf8")).toContain(`"seed":"${seed}"`);
  expect(JSON.parse(readFileSync(join(SUITE, "out/trace.json"), "utf8"))).toHaveProperty("traceEvents");
  expect(readFileSync(join(SUITE, "out/log"), "utf8")).toContain("=== failing ===");
}, 60_000);
