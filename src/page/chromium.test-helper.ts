/** A headless Chromium for the tests of the page, where the machine has one. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser's program: that of `HEDDLE_CHROMIUM`, else the first of the usual names in the path. */
export const chromiumPath: string | undefined = [
  ...(process.env["HEDDLE_CHROMIUM"] === undefined ? [] : [process.env["HEDDLE_CHROMIUM"]]),
  ...(process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))),
].find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A page that was opened from the disk, and everything that its console has said. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** One browser, and a folder for the pages that it opens. */
export class HeadlessChromium {
  private readonly browser: Browser;
  private readonly folder: string = mkdtempSync(join(tmpdir(), "heddle-page-"));
  private files = 0;

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  static async start(): Promise<HeadlessChromium> {
    // In a container the tests may run as root, which Chromium's sandbox refuses.
    return new HeadlessChromium(await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] }));
  }

  async open(html: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
    this.files += 1;
    const path = join(this.folder, `${this.files}.html`);
    writeFileSync(path, html);
    const page = await this.browser.newPage({ viewport: { width: 1440, height: 900 }, offline: true, ...options });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(path).href);
    return { page, complaints };
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }
}
