import { describe, expect, test } from "vitest";
import { readJepsenLog, readKeyValueLog } from "./index.ts";

describe("logs of Jepsen", () => {
  test("are read as operations on a compare-and-set register, by the numbers of their lines", () => {
    const log = [
      "INFO  jepsen.util - 0\t:invoke\t:read\tnil",
      "INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]",
      "INFO  jepsen.core - something else",
      "INFO  jepsen.util - 0\t:ok\t:read\tnil",
      "INFO  jepsen.util - 1\t:fail\t:cas\t[1 2]",
      "INFO  jepsen.util - 0\t:invoke\t:write\t3",
      "INFO  jepsen.util - 0\t:info\t:write\t:timed-out",
      "INFO  jepsen.util - 2\t:invoke\t:read\tnil",
      "INFO  jepsen.util - 2\t:info\t:read\t:timed-out",
      "INFO  jepsen.util - 3\t:invoke\t:cas\t[nil 4]",
      "INFO  jepsen.util - 4\t:invoke\t:write\t5",
      "INFO  jepsen.util - 4\t:fail\t:write\t5",
      "",
    ].join("\n");
    expect(readJepsenLog(log)).toEqual([
      { task: 0, input: { type: "read" }, output: null, calledAt: 0, returnedAt: 3 },
      { task: 1, input: { type: "compare-and-set", expected: 1, value: 2 }, output: false, calledAt: 1, returnedAt: 4 },
      { task: 0, input: { type: "write", value: 3 }, calledAt: 5 },
      { task: 3, input: { type: "compare-and-set", expected: null, value: 4 }, calledAt: 9 },
    ]);
  });

  test.each([
    ["INFO  jepsen.util - 0\t:ok\t:read\t3", "line 1 ends an operation of process 0, which has begun none"],
    ["INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:invoke\t:read\tnil", "line 2 begins an operation of process 0"],
    ["INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:write\t3", "line 2 ends a :write"],
    ["INFO  jepsen.util - 0\t:invoke\t:write\tx", 'line 1 has the value "x"'],
    ["INFO  jepsen.util - 0\t:invoke\t:cas\t3", "no pair"],
    ["INFO  jepsen.util - 0\t:invoke\t:drop\t3", "known are :read, :write and :cas"],
  ])("%j cannot be read", (log, text) => {
    expect(() => readJepsenLog(log)).toThrow(expect.objectContaining({ code: "BAD_HISTORY", message: expect.stringContaining(text) as string }));
  });
});

describe("logs of a key-value store", () => {
  test("are read as operations on a store of texts", () => {
    const log = [
      '{:process 0, :type :invoke, :f :append, :key "a", :value "x \\"1\\""}',
      '{:process 1, :type :invoke, :f :get, :key "a", :value nil}',
      '{:process 0, :type :ok, :f :append, :key "a", :value "x \\"1\\""}',
      '{:process 1, :type :ok, :f :get, :key "a", :value ""}',
      '{:process 1, :type :invoke, :f :put, :key "b", :value "y"}',
      '{:process 2, :type :invoke, :f :get, :key "b", :value nil}',
    ].join("\n");
    expect(readKeyValueLog(log)).toEqual([
      { task: 0, input: { type: "append", key: "a", value: 'x "1"' }, output: undefined, calledAt: 0, returnedAt: 2 },
      { task: 1, input: { type: "get", key: "a" }, output: "", calledAt: 1, returnedAt: 3 },
      { task: 1, input: { type: "put", key: "b", value: "y" }, calledAt: 4 },
    ]);
  });

  test.each([
    ['{:process 0, :type :invoke, :f :put, :key "a", :value x}', "no text in quotes"],
    ['{:process 0, :type :invoke, :f :drop, :key "a", :value "x"}', "known are :get, :put and :append"],
  ])("%j cannot be read", (log, text) => {
    expect(() => readKeyValueLog(log)).toThrow(expect.objectContaining({ code: "BAD_HISTORY", message: expect.stringContaining(text) as string }));
  });
});
