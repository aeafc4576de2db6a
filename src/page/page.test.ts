import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FailureReport } from "../report/failure-text.ts";
import { renderPage, type PageProgram } from "../report/formats/page.ts";
import { documentOf, explainedWallet } from "../report/formats/documents.test-helper.ts";
import { deadlock, readLine, timelineOf, wallet, write } from "../report/fixtures.test-helper.ts";
import type { Site, Timeline } from "../report/timeline.ts";
import { HeadlessChromium, chromiumPath, type OpenedPage } from "./chromium.test-helper.ts";

if (chromiumPath === undefined) console.warn("the tests of the HTML page are skipped: no Chromium is in the path (apt-get install chromium, or set HEDDLE_CHROMIUM)");

/** `npm run build` makes it. */
const program = (): PageProgram => JSON.parse(readFileSync(new URL("../../dist/page/program.json", import.meta.url), "utf8")) as PageProgram;

function pageOf(timeline: Timeline, rest: Partial<FailureReport> = {}, sources: typeof readLine = readLine): string {
  return renderPage(documentOf(timeline, rest, sources), program());
}

async function selected(page: Page): Promise<string> {
  return page.locator(".timeline.active .row.selected").getAttribute("id").then(String);
}

describe.skipIf(chromiumPath === undefined)("the page in Chromium", () => {
  let browser: HeadlessChromium;
  beforeAll(async () => {
    browser = await HeadlessChromium.start();
  }, 60_000);
  afterAll(async () => browser?.close());

  const open = (html: string, options?: Parameters<HeadlessChromium["open"]>[1]): Promise<OpenedPage> => browser.open(html, options);

  test("opens from the disk without a complaint, at the step that decided", async () => {
    const { page, complaints } = await open(pageOf(explainedWallet()));
    await expect(page.locator("h1").textContent()).resolves.toBe(documentOf(explainedWallet()).sentence);
    expect(await selected(page)).toBe("failing-2");
    expect(await page.locator(".timeline").count()).toBe(2);
    expect(await page.locator("#failing-2 .share").textContent()).toBe("55 %");
    expect(await page.locator(".cause").textContent()).toContain("26 % → 55 % fail");
    expect(await page.locator(".cause").textContent()).toContain("100 of 100 orders that keep it fail, 0 of 100 that break it fail");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("walks the steps by key, by slider and by click, and shows source and state at each", async () => {
    const { page, complaints } = await open(pageOf(explainedWallet()));
    await page.keyboard.press("j");
    expect(await selected(page)).toBe("failing-3");
    const inspector = page.locator(".inspector");
    expect(await inspector.locator(".source .here").textContent()).toContain("await this.audit.record(amount);");
    expect(await inspector.locator(".state").textContent()).toContain("wallet.balance100 → 40");
    await page.keyboard.press("Home");
    expect(await selected(page)).toBe("failing-0");
    await page.getByRole("slider").fill("5");
    expect(await selected(page)).toBe("failing-5");
    await page.locator("#failing-1").click();
    expect(await selected(page)).toBe("failing-1");
    await page.getByRole("button", { name: "wallet.balance" }).click();
    expect(await page.locator(".history tr").count()).toBe(4);
    await page.locator(".history button").nth(2).click();
    expect(await selected(page)).toBe("failing-3");
    await page.keyboard.press("p");
    expect(await selected(page)).toBe("passing-2");
    await page.keyboard.press("d");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("finds steps, and goes from one that was found to the next", async () => {
    const { page } = await open(pageOf(wallet));
    await page.keyboard.press("/");
    await page.keyboard.type("= balance - amount");
    await page.getByText("nothing found").waitFor();
    await page.getByRole("searchbox").fill("wallet.ts:6");
    expect(await page.locator(".row.match").count()).toBe(2);
    await page.keyboard.press("Enter");
    expect(await selected(page)).toBe("failing-3");
    await page.keyboard.press("Enter");
    expect(await selected(page)).toBe("failing-4");
    await page.keyboard.press("Escape");
    expect(await page.locator(".row.match").count()).toBe(0);
    await page.close();
  });

  test("shows only what led to the failure", async () => {
    const timeline = timelineOf(["main", "writer", "noise"], [{ task: 0 }, { task: 2 }, { task: 1, notes: [write("a.b", "1", "0")] }, { task: 2 }, { task: 1 }]);
    const after = [[], [0], [0], [1], [2]];
    const { page } = await open(pageOf({ ...timeline, steps: timeline.steps.map((step, index) => ({ ...step, after: after[index]! })) }));
    expect(await page.locator(".row").count()).toBe(5);
    await page.keyboard.press("f");
    expect(await page.locator(".row").evaluateAll((rows) => rows.map(({ id }) => id))).toEqual(["failing-0", "failing-2", "failing-4"]);
    await page.close();
  });

  test("is dark where the system is, and where it is told to be", async () => {
    const paper = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const { page } = await open(pageOf(wallet), { colorScheme: "dark" });
    const dark = await paper(page);
    await page.keyboard.press("t");
    await page.keyboard.press("t");
    const light = await paper(page);
    expect(light).toBe("rgb(255, 255, 255)");
    expect(dark).not.toBe(light);
    await page.close();
    const { page: other } = await open(pageOf(wallet), { colorScheme: "light" });
    expect(await paper(other)).toBe(light);
    await other.keyboard.press("t");
    expect(await paper(other)).toBe(dark);
    await other.close();
  });

  test("puts all rows on paper, and takes them back", async () => {
    const many = timelineOf(["main"], Array.from({ length: 300 }, () => ({ task: 0 })));
    const { page } = await open(pageOf(many));
    expect(await page.locator(".row").count()).toBeLessThan(100);
    await page.emulateMedia({ media: "print" });
    await page.locator("#failing-0").waitFor({ state: "attached" });
    expect(await page.locator(".row").count()).toBe(300);
    await page.emulateMedia({ media: "screen" });
    await page.locator("#failing-0").waitFor({ state: "detached" });
    await page.close();
  });

  test("hostile texts do no harm", async () => {
    const hostile = `</script><img src=x onerror="alert(1)"><script>alert(2)</script>\u202e\u0000${"x".repeat(1 << 20)}`;
    const steps = wallet.steps.map((step) => ({ ...step, label: hostile, notes: [{ type: "write" as const, object: hostile, key: "toString", value: hostile, previous: "<b>", site: step.site }] }));
    const tasks = wallet.tasks.map(({ path }) => ({ path, name: hostile }));
    const html = pageOf({ ...wallet, steps, tasks, leaks: [hostile] }, { title: hostile, errorText: hostile, sentence: hostile, tips: [hostile], replay: hostile, input: hostile }, () => hostile);
    expect(html.length).toBeLessThan(1 << 18);
    const { page, complaints } = await open(html);
    await page.keyboard.press("j");
    expect(await page.locator("h1").textContent()).toContain("</script><img src=x");
    expect(await page.locator("img, #page script").count()).toBe(0);
    expect(await page.locator("body").evaluate((body) => /\u202e/.test(body.textContent ?? ""))).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("runs no script but its own, and asks no network for anything", async () => {
    const { page, complaints } = await open(pageOf(wallet));
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(script);
      return (globalThis as { ran?: boolean }).ran ?? false;
    });
    expect(ran).toBe(false);
    expect(complaints.join("\n")).toContain("Content Security Policy");
    await page.close();
  });

  test("10,000 steps in a hundred tasks: only what is in sight is in the document", async () => {
    const names = ["main", ...Array.from({ length: 100 }, (_, index) => `task ${index}`)];
    const sketches = Array.from({ length: 10_000 }, (_, index) => ({ task: (index * 7) % 101, at: `wallet.ts:${1 + (index % 8)}:3`, notes: [write(`object${index % 50}.count`, String(index), String(index - 50))] }));
    const timeline = timelineOf(names, sketches);
    const steps = timeline.steps.map((step, index) => ({ ...step, after: index < 3 ? [] : [index - 3, index - 1] }));
    const { page, complaints } = await open(pageOf({ ...timeline, steps }));
    const most = async (): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);
    await page.keyboard.press("End");
    expect(await selected(page)).toBe("failing-9999");
    await page.locator(".rows").evaluate((rows) => rows.scrollTo(0, rows.scrollHeight / 2));
    await page.locator("#failing-5000").waitFor();
    expect(await most()).toBeLessThan(3000);
    await page.getByRole("searchbox").fill("object7.count");
    await page.keyboard.press("Enter");
    expect(await most()).toBeLessThan(3000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("says that it is no race where every order fails, and nothing where nothing was measured", async () => {
    const cause = { base: { failed: 20, of: 20 }, kept: { failed: 20, of: 20 }, deciding: [], constraints: [], isCutShort: false };
    const { page } = await open(pageOf({ ...wallet, cause }));
    expect(await page.locator(".cause").textContent()).toBe("All 20 orders that were drawn at random fail: the order makes no difference.");
    await page.close();
    const { page: other } = await open(pageOf({ ...wallet, cause: { ...cause, base: { failed: 0, of: 0 } } }));
    expect(await other.locator(".cause").count()).toBe(0);
    await other.close();
  });

  test("says who waits for what in a deadlock", async () => {
    const { page } = await open(pageOf(deadlock, { kind: "deadlock", errorText: "" }));
    expect(await page.locator(".waiting").textContent()).toContain("mutex B, held by refund");
    await page.close();
  });

  test("draws who waits for whom: a box for each task, an arrow for each wait", async () => {
    const at = (line: number): Site => ({ file: "/work/bank.ts", line, column: 3, functionName: "transfer" });
    const waiting = deadlock.waiting.map((waiter) => (waiter.task === 0 ? waiter : { ...waiter, waitsFor: "a promise that nothing has settled", made: { task: 3 - waiter.task, site: at(waiter.task) } }));
    const { page } = await open(pageOf({ ...deadlock, waiting }, { kind: "deadlock", errorText: "" }));
    expect(await page.locator(".wait-graph .box text").allTextContents()).toEqual(["rent", "refund"]);
    const arrows = await page.locator(".wait-graph .edge").evaluateAll((edges) => edges.map((edge) => [edge.getAttribute("data-from"), edge.getAttribute("data-to")]));
    expect(arrows).toEqual([["1", "2"], ["2", "1"]]);
    expect(await page.locator(".waiting").textContent()).toContain("refund made the promise bank.ts:1");
    await page.close();
  });
});