/** A process with one lane: some files end not only their thread but the whole runtime. */
import { Lane } from "./lane.mjs";

/** @import { Mode, TestFile } from "./types.d.ts" */

const [folder = "", heddle = ""] = process.argv.slice(2);
const lane = new Lane(folder, heddle);

process.on("message", async (/** @type {{ file: TestFile, orders: readonly Mode[] }} */ { file, orders }) => {
  process.send?.(await lane.run(file, orders));
});
