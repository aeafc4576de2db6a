import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { namePath, namePattern, quotedPath, vitestCommand } from "./replay-command.ts";

type Named = Parameters<typeof namePath>[0];

const named = (name: string, suite?: Named): Named => ({ name, ...(suite === undefined ? {} : { suite }) }) as Named;

test("a test's path is its suites' names and its own", () => {
  expect(namePath(named("inner", named("middle", named("outer"))))).toEqual(["outer", "middle", "inner"]);
  expect(namePath(named("alone"))).toEqual(["alone"]);
});

describe("the pattern for -t", () => {
  const nasty = [
    ["plain words", "and more"],
    ["costs $5 (or `less`)", "a \"quoted\" name's test"],
    ["[a] {b} ^c$ d|e", "f*g+h?i.j"],
    ["back\\slash", "!bang %PATH% ~ # & ; < >"],
    ["-starts with a dash", "line\nbreak\ttab"],
    ["  blanks around  ", "emoji 🧵 and ümläut"],
  ];

  test.each(nasty)("matches the names that it is of, however they are joined: %j, %j", (suite, name) => {
    const pattern = new RegExp(namePattern([suite, name]));
    expect(`${suite} ${name}`).toMatch(pattern);
    expect(`${suite} > ${name}`).toMatch(pattern);
    expect(`${suite} something else`).not.toMatch(pattern);
  });

  test.each(nasty)("comes through a shell's double quotes as it is: %j, %j", (suite, name) => {
    const pattern = namePattern([suite, name]);
    const echoed = execFileSync("sh", ["-c", `printf %s "${pattern}"`], { encoding: "utf8" });
    expect(echoed).toBe(pattern);
  });
});

test("a path is quoted where it must be", () => {
  expect(quotedPath("src/a-b_c.test.ts")).toBe("src/a-b_c.test.ts");
  for (const path of ["a file/with (blanks).test.ts", 'it"s $HOME/`x`\\y.test.ts']) {
    expect(execFileSync("sh", ["-c", `printf %s ${quotedPath(path)}`], { encoding: "utf8" })).toBe(path);
  }
});

test("vitest is started as the package manager at hand does it", () => {
  expect(vitestCommand({})).toBe("npx vitest run");
  expect(vitestCommand({ npm_config_user_agent: "npm/10.8.2 node/v20.20.2 linux x64" })).toBe("npx vitest run");
  expect(vitestCommand({ npm_config_user_agent: "pnpm/9.1.0 npm/? node/v20.20.2" })).toBe("pnpm vitest run");
  expect(vitestCommand({ npm_config_user_agent: "yarn/4.2.2 npm/? node/v20.20.2" })).toBe("yarn vitest run");
  expect(vitestCommand({ npm_config_user_agent: "bun/1.2.0 npm/? node/v22" })).toBe("bunx vitest run");
  expect(vitestCommand({ HEDDLE_COMMAND: "make test --", npm_config_user_agent: "bun/1.2.0" })).toBe("make test --");
});
