/** Writes a program out as JavaScript. */
import { SLOTS, type HandlerResult, type ProgramTree, type PromiseExpression, type Queue, type Statement } from "./program.ts";

/** What a program's code is given: natively, a reference runtime's functions; under heddle, the globals. */
export interface Surroundings {
  readonly log: (line: string) => void;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly setImmediate: (callback: () => void) => unknown;
  readonly queueMicrotask: (callback: () => void) => void;
  readonly nextTick: (callback: () => void) => void;
  /** Starts a task: by calling it, and in a context of its own where a test wants one. */
  readonly start: (task: () => Promise<void>, index: number) => Promise<void>;
}

export type CompiledProgram = (surroundings: Surroundings) => Promise<void>;

/** The shortest delay; each timer of a program takes twice as long as the one before, so no two sums are equal. */
const DELAY_MS = 4;

/** The last line of a complete log: callbacks that nobody waits for may still write behind it. */
export const END = "end";

const LABELS_OF_A_TASK = 10_000;

/** Which task wrote a line of the log. */
export function taskOfLine(line: string): number {
  const named = /^task(\d+)/.exec(line)?.[1];
  return named === undefined ? Math.floor(Number.parseInt(line, 10) / LABELS_OF_A_TASK) : Number(named);
}

const PRELUDE = `
class Sub extends Promise {}
const slots = Array.from({ length: ${SLOTS} }, () => {
  const slot = {};
  slot.promise = new Promise((resolve, reject) => Object.assign(slot, { resolve, reject }));
  slot.promise.catch(() => {});
  return slot;
});
const show = (value) => value instanceof Error ? value.message : Array.isArray(value) ? "[" + value.map(show) + "]" : typeof value === "object" && value !== null ? value.status ?? "object" : String(value);
`;

class Writer {
  private labels = 0;
  private timers = 0;

  program(tree: ProgramTree): string {
    const tasks = tree.tasks.map((body, index) => {
      this.labels = index * LABELS_OF_A_TASK;
      return `async function task${index}() {\n${this.block(body)}\n}`;
    });
    const starts = tree.tasks.map((_body, index) => `start(task${index}, ${index}).catch((error) => log("task${index} " + show(error)))`);
    // Whatever nobody has settled by then: so no program hangs.
    const janitor = `async function janitor() {\nfor (const slot of slots) { await Promise.resolve(); await Promise.resolve(); slot.resolve("late"); }\n}`;
    // Not `Promise.all`, which has an order of its own to it: see `fifo.test.ts`.
    const all = `for (const task of [${[...starts, "janitor()"].join(", ")}]) await task;`;
    return `${PRELUDE}${tasks.join("\n")}\n${janitor}\nreturn (async () => { ${all} log("${END}"); })();`;
  }

  private label(): string {
    this.labels += 1;
    return String(this.labels);
  }

  private log(): string {
    return `log("${this.label()}");`;
  }

  private block(statements: readonly Statement[]): string {
    return statements.map((statement) => this.statement(statement)).join("\n");
  }

  private statement(statement: Statement): string {
    switch (statement.type) {
      case "log":
        return this.log();
      case "await":
        return this.awaited(this.promise(statement.promise), statement.guarded);
      case "awaitPlain":
        return `await ${this.label()}; ${this.log()}`;
      case "awaitThenable":
        return this.awaited(this.thenable(), false);
      case "overlap": {
        const name = `p${this.label()}`;
        const start = `const ${name} = ${this.promise(statement.promise)};\n${name}.catch(() => { ${this.log()} });`;
        return `${start}\n${this.block(statement.meanwhile)}\n${this.awaited(name, true)}`;
      }
      case "settle": {
        const slot = `slots[${statement.slot}]`;
        if (statement.with === "value") return `${slot}.resolve("${this.label()}"); ${this.log()}`;
        if (statement.with === "error") return `${slot}.reject(new Error("${this.label()}")); ${this.log()}`;
        return `${slot}.resolve(Promise.resolve("${this.label()}")); ${this.log()}`;
      }
      case "callback":
        return this.queue(statement.queue, this.log());
      case "generator": {
        const name = `generate${this.label()}`;
        const items = statement.yields.map(({ before, promise }) => {
          return `${this.block(before)}\nyield ${promise === undefined ? `"${this.label()}"` : this.promise(promise)};`;
        });
        const stop = statement.breaks ? " break;" : "";
        const generator = `async function* ${name}() {\ntry {\n${items.join("\n")}\n} finally { ${this.log()} }\n}`;
        return `${generator}\ntry { for await (const value of ${name}()) { log("${this.label()} " + show(value));${stop} } ${this.log()} } catch (error) { log("${this.label()} " + show(error)); }`;
      }
      case "forAwaitArray": {
        // A rejection that the loop does not come to would be unhandled.
        const items = statement.items.map((item) => `heard(${this.promise(item)})`);
        const heard = "const heard = (promise) => { promise.catch(() => {}); return promise; };";
        return `{ ${heard} try { for await (const value of [${items.join(", ")}]) { log("${this.label()} " + show(value)); } } catch (error) { log("${this.label()} " + show(error)); } }`;
      }
      case "tryFinally":
        return `try {\n${this.block(statement.body)}\n} finally {\n${this.block(statement.after)}\n${this.log()}\n}`;
    }
  }

  private awaited(operand: string, guarded: boolean): string {
    const line = `log("${this.label()} " + show(await ${operand}));`;
    return guarded ? `try { ${line} } catch (error) { log("${this.label()} " + show(error)); }` : line;
  }

  private promise(expression: PromiseExpression): string {
    switch (expression.type) {
      case "resolved":
        return `Promise.resolve("${this.label()}")`;
      case "rejected":
        return `Promise.reject(new Error("${this.label()}"))`;
      case "slot":
        return `slots[${expression.slot}].promise`;
      case "call":
        return `(async () => {\n${this.block(expression.body)}\n${this.result(expression.ending)}\n})()`;
      case "then": {
        const source = this.promise(expression.source);
        const second = expression.both ? `, (error) => { log("${this.label()} " + show(error)); return "${this.label()}"; }` : "";
        return `${source}.then((value) => { log("${this.label()} " + show(value)); ${this.result(expression.handler)} }${second})`;
      }
      case "catch":
        return `${this.promise(expression.source)}.catch((error) => { log("${this.label()} " + show(error)); ${this.result(expression.handler)} })`;
      case "finally":
        return `${this.promise(expression.source)}.finally(() => { ${this.log()} ${this.result(expression.handler)} })`;
      case "combinator":
        return `Promise.${expression.name}([${expression.inputs.map((input) => this.promise(input)).join(", ")}])`;
      case "adoption":
        return `new Promise((resolve) => resolve(${this.promise(expression.inner)}))`;
      case "later": {
        const settle = expression.rejects ? `reject(new Error("${this.label()}"))` : `resolve("${this.label()}")`;
        return `new Promise((resolve, reject) => { ${this.queue(expression.queue, `${this.log()} ${settle};`)} })`;
      }
      case "resolvedThenable":
        return `Promise.resolve(${this.thenable()})`;
      case "subclass": {
        const chain = expression.chained ? `.then((value) => { log("${this.label()} " + show(value)); return "${this.label()}"; })` : "";
        return `Sub.resolve("${this.label()}")${chain}`;
      }
    }
  }

  private thenable(): string {
    return `{ then(resolve) { ${this.log()} resolve("${this.label()}"); } }`;
  }

  private result(result: HandlerResult): string {
    if (result.type === "value") return `return "${this.label()}";`;
    if (result.type === "throw") return `throw new Error("${this.label()}");`;
    return `return ${this.promise(result.promise)};`;
  }

  private queue(queue: Queue, body: string): string {
    const callback = `() => { ${body} }`;
    switch (queue) {
      case "microtask":
        return `queueMicrotask(${callback});`;
      case "tick":
        return `nextTick(${callback});`;
      case "immediate":
        return `setImmediate(${callback});`;
      case "timer":
        this.timers += 1;
        return `setTimeout(${callback}, ${DELAY_MS * 2 ** (this.timers - 1)});`;
    }
  }
}

export function sourceOf(tree: ProgramTree): string {
  return new Writer().program(tree);
}

let compiled = 0;

/** The code has a file name of its own, so that heddle takes it for the user's. */
export function compile(source: string): CompiledProgram {
  compiled += 1;
  const names = ["log", "setTimeout", "setImmediate", "queueMicrotask", "nextTick", "start"];
  const code = `${source}\n//# sourceURL=file:///generated/program-${compiled}.js`;
  // oxlint-disable-next-line no-implied-eval -- the program is data until here: that is the point.
  const run = new Function(`{ ${names.join(", ")} }`, code) as (surroundings: Surroundings) => Promise<void>;
  return run;
}
