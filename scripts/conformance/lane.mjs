/** Runs files one after the other: in realms that are used again while they are as new, and what fails there in one of its own. */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Worker } from "node:worker_threads";

/** @import { Mode, Request, Result, Row, TestFile } from "./types.d.ts" */

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const START_LIMIT_MS = 60_000;
/** What a file may take: some wait for a second. */
const LIMIT_MS = 20_000;

export class Lane {
  /** @type {string} */
  #folder;
  /** @type {string} */
  #heddle;
  /** @type {{ native: Worker | undefined, heddle: Worker | undefined }} */
  #workers = { native: undefined, heddle: undefined };

  /**
   * @param {string} folder - of test262.
   * @param {string} heddle - the URL of the module.
   */
  constructor(folder, heddle) {
    this.#folder = folder;
    this.#heddle = heddle;
  }

  /** @param {TestFile} file @param {readonly Mode[]} orders @returns {Promise<Row>} */
  async run(file, orders) {
    /** @type {Record<Mode, Result | undefined>} */
    const results = { native: await this.#result(file, "native"), production: undefined, latency: undefined, chaos: undefined };
    // Where the runtime itself fails there is nothing to compare with.
    if (results.native?.passed === true) for (const order of orders) results[order] = await this.#result(file, order);
    return { file, results };
  }

  /** @param {TestFile} file @param {Mode} mode @returns {Promise<Result>} */
  async #result(file, mode) {
    if (!file.isModule) {
      const shared = await this.#ask({ file, mode, isAlone: false });
      if (shared.passed) return shared;
    }
    return this.#ask({ file, mode, isAlone: true });
  }

  /** @param {Request} request @returns {Promise<Result>} */
  async #ask(request) {
    const room = request.mode === "native" ? "native" : "heddle";
    if (request.isAlone) {
      await this.#workers[room]?.terminate();
      this.#workers[room] = undefined;
    }
    const worker = (this.#workers[room] ??= await this.#start(room));
    worker.postMessage(request);
    const result = /** @type {Result} */ (await answerOf(worker, LIMIT_MS));
    if (result.changed) {
      this.#workers[room] = undefined;
      await worker.terminate();
    }
    return result;
  }

  /** @param {"native" | "heddle"} room @returns {Promise<Worker>} */
  async #start(room) {
    const worker = new Worker(WORKER, { workerData: { folder: this.#folder, heddle: room === "heddle" ? this.#heddle : undefined }, stdout: true, stderr: true });
    const answer = await answerOf(worker, START_LIMIT_MS);
    if (answer !== "ready") throw new Error(`a worker could not begin: ${JSON.stringify(answer)}`);
    return worker;
  }
}

/** The next message; a worker that sends none within the limit, or dies, has changed its realm. @param {Worker} worker @param {number} limitMs @returns {Promise<unknown>} */
function answerOf(worker, limitMs) {
  return new Promise((resolve) => {
    /** @param {unknown} answer */
    const settle = (answer) => {
      clearTimeout(limit);
      worker.off("message", settle).off("error", onError).off("exit", onExit);
      resolve(answer);
    };
    /** @param {string} message @returns {Result} */
    const lost = (message) => ({ passed: false, message, changed: true });
    const onError = (/** @type {unknown} */ error) => settle(lost(`the thread ended with ${error instanceof Error ? error.stack : inspect(error)}`));
    const onExit = () => settle(lost("the thread ended"));
    const limit = setTimeout(() => settle(lost(`no end within ${limitMs / 1000} s`)), limitMs);
    worker.on("message", settle).on("error", onError).on("exit", onExit);
  });
}
