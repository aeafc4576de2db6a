import { fileURLToPath } from "node:url";

/** What vitest runs a suite with that is explored as it stands. */
export const RUNNER: string = fileURLToPath(new URL("../vitest/suite/runner.js", import.meta.url));
