import { expect, test } from "vitest";
import { captureStack, userSites } from "./stack.ts";

test("functions keep their names where stacks are mapped by somebody who names them otherwise", () => {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_error, frames) => `Error\n${frames.map((frame) => `    at callee (${String(frame.getFileName())}:${String(frame.getLineNumber())}:1)`).join("\n")}`;
  try {
    const outer = function outer(): string | undefined {
      const captured = (function inner(): ReturnType<typeof captureStack> {
        return captureStack(inner);
      })();
      return userSites(captured)[0]?.functionName;
    };
    expect(outer()).toBe("outer");
  } finally {
    Error.prepareStackTrace = before;
  }
});
