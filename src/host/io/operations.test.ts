import fs from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { explore } from "heddle";
import { expect, test } from "vitest";

test("what an operation of node:fs asks for on its way is part of it, not an operation of the body's", async () => {
  const { failure } = await explore(
    async () => {
      await promisify(fs.realpath)(tmpdir());
      throw new Error("the end");
    },
    { order: "production" },
  );
  const outside = failure!.timeline.steps.filter(({ kind }) => kind === "outside");
  expect(outside.map(({ label }) => label)).toEqual(["fs.realpath"]);
});
