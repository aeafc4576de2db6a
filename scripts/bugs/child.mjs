/**
 * Looks for one bug, once from each seed, and writes a line of JSON for each to file descriptor 3 (the packages may
 * print what they like). The parent is `scripts/bugs/batches.mjs`.
 *
 *     child.mjs <request as JSON>
 */
import { writeSync } from "node:fs";
import { loadBug } from "./load.mjs";
// With heddle, and so before the package: what that keeps of the globals is then caught.
import { methods } from "./methods.mjs";

/** @import { Request } from "./types.d.ts" */

const RESULTS = 3;
/** @type {Request} */
const request = JSON.parse(String(process.argv[2]));
const bug = await loadBug(request.folder, request.installed);
for (const seed of request.seeds) {
  const result = await methods[request.method](bug, request, seed);
  writeSync(RESULTS, `${JSON.stringify({ seed, method: request.method, ...result })}\n`);
}
process.exit(0);
