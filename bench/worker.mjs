/** One process for one variant. Takes requests from `main.mjs` and answers each with what it measured. */
import { memoryOf } from "./memory.mjs";
import { runnerOf } from "./runners.mjs";

/** @import { Variant, ProgramKey } from "./catalogue.mjs" */
/** @typedef {{ type: "time", key: ProgramKey, sliceMs: number } | { type: "memory", executions: number }} Request */

const [variant, markedFile] = /** @type {[Variant, string]} */ (process.argv.slice(2));
const run = await runnerOf(variant, markedFile);

process.on("message", async (/** @type {Request} */ request) => {
  try {
    const answer = request.type === "time" ? await run(request.key, request.sliceMs) : await memoryOf(variant, markedFile, request.executions);
    process.send?.({ answer });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.stack : String(error) });
  }
});
process.send?.({ answer: "ready" });
