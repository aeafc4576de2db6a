import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

/** Test files that wait for processes of their own. Begun last, as small files are, they would leave a core idle. */
const LONGEST = /soak|cli\/fuzz|flaky-suite|corpus|vitest\/(?:index|readme)|golden/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(({ moduleId }) => LONGEST.test(moduleId)), ...sorted.filter(({ moduleId }) => !LONGEST.test(moduleId))];
  }
}

const config: ViteUserConfig = {
  resolve: {
    // The project's own tests see the sources where a user's would see the package.
    alias: [
      { find: /^heddle$/, replacement: source("index.ts") },
      { find: /^heddle\/histories$/, replacement: source("histories/index.ts") },
      { find: /^heddle\/fast-check$/, replacement: source("fast-check/index.ts") },
      { find: /^heddle\/point$/, replacement: source("point.ts") },
      { find: /^heddle\/vite$/, replacement: source("vite/index.ts") },
      { find: /^heddle\/vitest$/, replacement: source("vitest/index.ts") },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "properties/**/*.test.ts", "examples/**/*.test.ts"],
    // A suite for `heddle fuzz`, with flaky tests in it.
    exclude: ["examples/flaky-suite/**", "**/node_modules/**"],
    testTimeout: 30_000,
    tags: [{ name: "law", description: "Holds for every program that is drawn: `npm run soak` draws more of them." }],
    // One worker for each core: by default one core is left idle, which is half of two.
    maxWorkers: "100%",
    // A process for each file takes a sixth longer.
    pool: "threads",
    sequence: { sequencer: LongestFirst },
  },
};

export default config;
