import { expect, test } from "vitest";
import { launched } from "../runners/launcher.ts";
import { namePath } from "./replay-command.ts";

type Named = Parameters<typeof namePath>[0];

const named = (name: string, suite?: Named): Named => ({ name, ...(suite === undefined ? {} : { suite }) }) as Named;

test("a test's path is its suites' names and its own", () => {
  expect(namePath(named("inner", named("middle", named("outer"))))).toEqual(["outer", "middle", "inner"]);
  expect(namePath(named("alone"))).toEqual(["alone"]);
});

test("vitest is started as the package manager at hand does it", () => {
  expect(launched("vitest run", {})).toBe("npx vitest run");
  expect(launched("vitest run", { npm_config_user_agent: "npm/10.8.2 node/v20.20.2 linux x64" })).toBe("npx vitest run");
  expect(launched("vitest run", { npm_config_user_agent: "pnpm/9.1.0 npm/? node/v20.20.2" })).toBe("pnpm vitest run");
  expect(launched("vitest run", { npm_config_user_agent: "yarn/4.2.2 npm/? node/v20.20.2" })).toBe("yarn vitest run");
  expect(launched("vitest run", { npm_config_user_agent: "bun/1.2.0 npm/? node/v22" })).toBe("bunx vitest run");
  expect(launched("vitest run", { HEDDLE_COMMAND: "make test --", npm_config_user_agent: "bun/1.2.0" })).toBe("make test --");
});
