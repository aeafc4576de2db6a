/** What runs beside other code has a lane and a name, whether it was spawned or only called. */
import { explore } from "heddle";
import { describe, expect, test } from "vitest";
import { bodies } from "./lanes/bodies.ts";

/** The sentence, the lines that decided it, and the names of the lanes. Which of several orders was measured first is chance, and must not show. */
async function told(name: string, spawns: boolean, explain: boolean): Promise<string> {
  const { failure } = await explore(bodies[name]!(spawns), { runs: 500, name, explain });
  if (failure === undefined) return "no failure";
  const text = String(failure);
  const lanes = text.split("\n").find((line) => line.includes("(each row:"))?.replace(/\s*\(each row:.*/, "") ?? "";
  const lines = text.split("\n\n").find((part) => /^\S.*bodies\.ts:\d+/.test(part) && !part.includes("(each row:")) ?? "";
  return `${failure.sentence}\n${lines}\n${lanes}\n`;
}



describe("a body as ordinary code is told as with spawn", () => {
  test.each(Object.keys(bodies))("%s", async (name) => {
    const [plain, measured] = [await told(name, false, false), await told(name, false, true)];
    expect(await told(name, true, false)).toBe(plain);
    expect(await told(name, true, true)).toBe(measured);
    await expect(`${plain}\nwith the cause measured:\n${measured}`).toMatchFileSnapshot(`lanes/${name}.golden.txt`);
  });
});
