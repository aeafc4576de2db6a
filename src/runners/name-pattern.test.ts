import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { namePattern, quotedPath } from "./name-pattern.ts";

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
