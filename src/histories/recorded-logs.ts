/** Logs of Jepsen and of porcupine's key-value tests, read as histories. The times are the numbers of the lines. */
import { HeddleError } from "../engine/errors.ts";
import type { CompareAndSetInput, TextStoreInput } from "./models.ts";
import type { Operation } from "./operation.ts";

/** A line that says that an operation began or ended. */
interface Line {
  readonly process: string;
  readonly type: string;
  readonly name: string;
  readonly value: string;
}

const JEPSEN_LINE = /^INFO\s+jepsen\.util\s+-\s+(?<process>\d+)\s+:(?<type>invoke|ok|fail|info)\s+:(?<name>\S+)\s+(?<value>.*?)\s*$/;
const KEY_VALUE_LINE = /^\{:process (?<process>\d+), :type :(?<type>invoke|ok|fail|info), :f :(?<name>\S+), :key "(?<key>.*?)", :value (?<value>.*)\}\s*$/;

function bad(line: number, problem: string): HeddleError {
  return new HeddleError("BAD_HISTORY", `line ${line + 1} ${problem}`);
}

/** How an operation ended. */
interface Ending {
  readonly type: string;
  readonly value: string;
}

/** What an operation is, apart from its times. */
interface Read<Input, Output> {
  readonly input: Input;
  readonly output?: Output | undefined;
  readonly returned: boolean;
}

/**
 * Puts the lines of each process together, two by two.
 *
 * @param read what an operation is, from how it began and how it ended, if it did. Nothing: it says nothing.
 */
function pair<Input, Output, Begun extends Line>(
  lines: readonly (Begun | undefined)[],
  read: (begun: Begun, ending: Ending | undefined, line: number) => Read<Input, Output> | undefined,
): Operation<Input, Output>[] {
  const open = new Map<string, { begun: Begun; at: number }>();
  const found: { at: number; operation: Operation<Input, Output> }[] = [];
  const end = (begun: Begun, calledAt: number, ending: Ending | undefined, returnedAt: number): void => {
    const operation = read(begun, ending, returnedAt);
    if (operation !== undefined) {
      const { input, output, returned } = operation;
      const task = Number(begun.process);
      found.push({ at: calledAt, operation: returned ? { task, input, output, calledAt, returnedAt } : { task, input, calledAt } });
    }
  };
  for (const [at, line] of lines.entries()) {
    if (line === undefined) {
      continue;
    }
    const begun = open.get(line.process);
    if (line.type === "invoke") {
      if (begun !== undefined) {
        throw bad(at, `begins an operation of process ${line.process}, whose operation of line ${begun.at + 1} has not ended`);
      }
      open.set(line.process, { begun: line, at });
    } else if (begun === undefined) {
      throw bad(at, `ends an operation of process ${line.process}, which has begun none`);
    } else if (begun.begun.name !== line.name) {
      throw bad(at, `ends a :${line.name} of process ${line.process}, which began a :${begun.begun.name}`);
    } else {
      open.delete(line.process);
      end(begun.begun, begun.at, line, at);
    }
  }
  for (const { begun, at } of open.values()) {
    end(begun, at, undefined, at);
  }
  return found.sort((a, b) => a.at - b.at).map(({ operation }) => operation);
}

/** `null` is Jepsen's nil. */
type JepsenValue = number | null;

/**
 * Reads a log of Jepsen over one register: `:read`, `:write` and `:cas`, each line
 * `INFO  jepsen.util - <process> <:invoke|:ok|:fail|:info> <operation> <value>`. Judge it by `compareAndSetModel(null)`.
 *
 * A `:fail` did not take effect: a `:cas` compared unequal, others are left out. `:info` means that the outcome is unknown;
 * a read of unknown outcome is left out, since it says nothing. Lines that are not about operations are passed over.
 *
 * @throws HeddleError `BAD_HISTORY`: a line that does not fit those before it, or a value that cannot be read
 */
export function readJepsenLog(text: string): Operation<CompareAndSetInput<JepsenValue>, JepsenValue | boolean | undefined>[] {
  const lines = text.split("\n").map((line) => JEPSEN_LINE.exec(line)?.groups as unknown as Line | undefined);
  return pair<CompareAndSetInput<JepsenValue>, JepsenValue | boolean | undefined, Line>(lines, (begun, ending, line) => {
    const type = ending?.type ?? "info";
    const returned = type === "ok" || type === "fail";
    if (begun.name === "cas") {
      const values = /^\[(\S+) (\S+)\]$/.exec(begun.value);
      if (values === null) {
        throw bad(line, `has a :cas of ${begun.value}, which is no pair [expected value]`);
      }
      const input = { type: "compare-and-set", expected: jepsenValue(values[1]!, line), value: jepsenValue(values[2]!, line) } as const;
      return { input, output: type === "ok", returned };
    }
    if (begun.name === "write") {
      return type === "fail" ? undefined : { input: { type: "write", value: jepsenValue(begun.value, line) }, returned };
    }
    if (begun.name === "read") {
      return type === "ok" ? { input: { type: "read" }, output: jepsenValue(ending!.value, line), returned } : undefined;
    }
    throw bad(line, `has an operation :${begun.name}; known are :read, :write and :cas`);
  });
}

function jepsenValue(text: string, line: number): JepsenValue {
  if (text === "nil") {
    return null;
  }
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) {
    throw bad(line, `has the value ${JSON.stringify(text)}, which is neither a number nor nil`);
  }
  return value;
}

/**
 * Reads a log of a key-value store of texts: `:get`, `:put` and `:append`, each line
 * `{:process 0, :type :invoke, :f :append, :key "a", :value "x"}`. Judge it by `textStoreModel()`. Failed operations
 * did not take effect; those that only began, or ended in `:info`, have an unknown outcome.
 *
 * @throws HeddleError `BAD_HISTORY`: a line that does not fit those before it, or a value that cannot be read
 */
export function readKeyValueLog(text: string): Operation<TextStoreInput, string | undefined>[] {
  const lines = text.split("\n").map((line) => KEY_VALUE_LINE.exec(line)?.groups as unknown as (Line & { key: string }) | undefined);
  return pair<TextStoreInput, string | undefined, Line & { key: string }>(lines, (begun, ending, line) => {
    const type = ending?.type ?? "info";
    if (type === "fail") {
      return undefined;
    }
    const returned = type === "ok";
    const { key, name } = begun;
    if (name === "get") {
      return returned ? { input: { type: "get", key }, output: textValue(ending!.value, line), returned } : undefined;
    }
    if (name === "put" || name === "append") {
      return { input: { type: name, key, value: textValue(begun.value, line) }, returned };
    }
    throw bad(line, `has an operation :${name}; known are :get, :put and :append`);
  });
}

function textValue(text: string, line: number): string {
  try {
    const value: unknown = text === "nil" ? "" : JSON.parse(text);
    if (typeof value === "string") {
      return value;
    }
  } catch {
    // Told below.
  }
  throw bad(line, `has the value ${text}, which is no text in quotes`);
}
