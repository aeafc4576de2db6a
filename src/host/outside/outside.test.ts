import { explore, install, uninstall, type Body } from "heddle";
import { expect, it } from "vitest";

/** As a module has it that was loaded before heddle was. */
function kept(): typeof setTimeout {
  uninstall();
  const native = globalThis.setTimeout;
  install();
  return native;
}

it("names what it did not see begin, once it has come to two executions", async () => {
  const native = kept();
  const body: Body = async ({ io }) => {
    await io("something")();
    await new Promise<void>((resolve) => void native(resolve, 1));
  };
  const { verdict, uncontrolled } = await explore(body, { order: "production", runs: 3 });
  expect(verdict).toBe("passed");
  expect(uncontrolled.join()).toMatch(/did not see begin/);
});

it("does not name what came once: a module that was loaded, say", async () => {
  const native = kept();
  let isLoaded = false;
  const { uncontrolled } = await explore(async ({ io }) => {
    await io("something")();
    if (!isLoaded) await new Promise<void>((resolve) => void native(resolve, 1));
    isLoaded = true;
  }, { order: "production", runs: 3 });
  expect(uncontrolled.join()).not.toMatch(/did not see begin/);
});
