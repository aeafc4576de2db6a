/** The children that measure, one for each variant. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @import { Variant } from "./catalogue.mjs" */
/** @import { Request } from "./worker.mjs" */

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const LIMIT_MS = 120_000;

/** A child, and one request at a time to it. */
export class Worker {
  #child;
  /** @type {{ resolve: (answer: any) => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  /** @param {Variant} variant @param {string} markedFile */
  constructor(variant, markedFile) {
    const kept = Object.entries(process.env).filter(([key]) => !key.startsWith("HEDDLE_"));
    this.#child = fork(WORKER, [variant, markedFile], { execArgv: ["--expose-gc"], env: Object.fromEntries(kept) });
    this.#child.on("message", (/** @type {{ answer?: unknown, error?: string }} */ { answer, error }) => {
      if (error === undefined) this.#waiting?.resolve(answer);
      else this.#waiting?.reject(new Error(`${variant}: ${error}`));
    });
    this.#child.on("exit", (code) => this.#waiting?.reject(new Error(`${variant}: the process ended with ${code}`)));
  }

  /** Until the child has loaded what it measures. @returns {Promise<void>} */
  ready() {
    return this.#next();
  }

  /** @template Answer @param {Request} request @returns {Promise<Answer>} */
  ask(request) {
    const answer = this.#next();
    this.#child.send(request);
    return answer;
  }

  end() {
    this.#waiting = undefined;
    this.#child.kill();
  }

  /** @returns {Promise<any>} */
  #next() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
      const settle = (/** @type {(value: any) => void} */ how) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        how(value);
      };
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) };
    });
  }
}
