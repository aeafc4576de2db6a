import { expect, test } from "vitest";
import { debounce, deadlock, readers, site, timelineOf, wallet } from "../fixtures.test-helper.ts";
import { explainedWallet } from "./documents.test-helper.ts";
import { decidingSite, workflowCommand } from "./workflow-command.ts";

const error = { kind: "error", message: "expected 40 to be -20" } as const;

test("a failure is shown at the step that decided it, else at the first place of its sentence, else where the order was changed", () => {
  expect(decidingSite(explainedWallet(), error)).toEqual(site("wallet.ts:4:3"));
  const { cause: _, ...unmeasured } = explainedWallet();
  expect(decidingSite(unmeasured, error)).toEqual(site("wallet.ts:5:26"));
  expect(decidingSite(readers, error)).toMatchObject({ file: "/app/src/lines.ts" });
  expect(decidingSite(debounce, error)).toMatchObject({ file: "/app/src/draft.ts" });
  expect(decidingSite(deadlock, { kind: "deadlock", message: "" })).toMatchObject({ file: "/app/src/bank.ts" });
  expect(decidingSite(timelineOf(["main"], [{ task: 0 }]), error)).toBeUndefined();
});

test("a line of the user's goes before one of a package", () => {
  const foreign = { ...site("pool.js:3:1"), package: "pool" };
  const steps = wallet.steps.map((step) => (step.deviation === undefined ? { ...step, notes: [] } : { ...step, site: foreign, notes: [] }));
  expect(decidingSite({ ...wallet, steps }, error)?.package).toBeUndefined();
});

test("a workflow command is one line, and no text in it begins another", () => {
  const title = "a, b: c\n::set-output name=x::y";
  const command = workflowCommand({ title, message: "100 % lost\n::error::\u001b[2J", site: { file: "/a:b,c.ts", line: 3, column: 7 } });
  expect(command).toBe("::error file=/a%3Ab%2Cc.ts,line=3,col=7,title=a%2C b%3A c%0A%3A%3Aset-output name=x%3A%3Ay::100 %25 lost%0A::error::\\u{1b}[2J");
  expect(workflowCommand({ title: "t", message: "m", site: undefined })).toBe("::error title=t::m");
});
