import type { Part } from "../../engine/resource.ts";
import type { StatementText } from "./statements.ts";
import { readingOf, tableName, TIME } from "./parser.ts";

/** What may be defined without connecting tables. */
const UNCONNECTED: ReadonlySet<string> = new Set(["index", "sequence", "schema", "type", "extension", "database", "role", "user"]);
/** Words that stand before what is defined. */
const MODIFIERS: ReadonlySet<string> = new Set(["or", "replace", "temp", "temporary", "unlogged", "global", "local", "unique", "recursive"]);
const BEFORE_NAMES: ReadonlySet<string> = new Set(["if", "not", "exists", "only"]);
/** They connect a table with others in ways that are not looked into. */
const CONNECTING: ReadonlySet<string> = new Set(["partition", "inherits", "inherit", "attach", "rename"]);
const DEFINING: ReadonlySet<string> = new Set(["create", "alter", "drop"]);

/** Whether a statement defines something. */
export function isDefinition({ words }: StatementText): boolean {
  return DEFINING.has(words[0] ?? "");
}

/**
 * How the tables of a database are connected, as far as the definitions say that were seen: what is done to one is done to
 * others, too, or looks at them. Foreign keys and views are understood. With anything else (triggers, rules, functions,
 * inheritance) every statement is taken to use the whole database from then on.
 */
export class Schema {
  private readonly onRead: Map<string, readonly Part[]> = new Map();
  private readonly onWrite: Map<string, readonly Part[]> = new Map();
  /** Writing these may do anything. */
  private readonly boundless: Set<string> = new Set();
  /** Writing these may ask for the time. */
  private readonly timed: Set<string> = new Set();
  private isUnclear = false;

  learn(statement: StatementText): void {
    const { words } = statement;
    if (!isDefinition(statement)) return;
    let at = 1;
    while (MODIFIERS.has(words[at] ?? "")) at += 1;
    const [what] = words.slice(at);
    if (words[0] === "drop" || UNCONNECTED.has(what ?? "")) return;
    at += 1;
    while (BEFORE_NAMES.has(words[at] ?? "")) at += 1;
    // Behind the name of its schema, if there is one.
    while (words[at + 1] === ".") at += 2;
    const name = words[at];
    if (name === undefined) this.isUnclear = true;
    else if (what === "table") this.learnTable(name, words);
    else if (what === "view" && words[0] === "create") this.learnView(name, statement);
    else this.isUnclear = true;
  }

  /** All that is used where these parts are; `undefined` for the whole. */
  closure(parts: readonly Part[]): readonly Part[] | undefined {
    if (this.isUnclear) return undefined;
    const found = new Map<string, boolean>();
    const open = [...parts];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      const { name, isWrite } = part;
      if (found.get(name) === true || found.get(name) === isWrite) continue;
      if (isWrite && this.boundless.has(name)) return undefined;
      found.set(name, isWrite);
      open.push(...(this.onRead.get(name) ?? []), ...(isWrite ? (this.onWrite.get(name) ?? []) : []));
    }
    return [...found].map(([name, isWrite]) => ({ name, isWrite }));
  }

  /** Whether what is done to these parts may have to do with the time. */
  mayAskTime(parts: readonly Part[]): boolean {
    return parts.some(({ name }) => this.timed.has(name));
  }

  private learnTable(name: string, words: readonly string[]): void {
    for (const [at, word] of words.entries()) {
      const before = words[at - 1];
      if (CONNECTING.has(word) || (word === "like" && (before === "(" || before === ","))) this.isUnclear = true;
      // Two tables may count with one sequence.
      if (word === "nextval") this.boundless.add(name);
      if (TIME.has(word)) this.timed.add(name);
      if (word === "references") this.connect(name, words, at + 1);
    }
  }

  /** Who writes to the one looks whether there is a row of the other; and who removes that may remove the first. */
  private connect(name: string, words: readonly string[], at: number): void {
    let last = at;
    while (words[last + 1] === ".") last += 2;
    const other = words[last];
    if (other === undefined) return;
    add(this.onWrite, name, { name: other, isWrite: false });
    add(this.onWrite, other, { name, isWrite: true });
  }

  private learnView(name: string, { text }: StatementText): void {
    const query = /\bas\b\s*((?:select|with|values)\b.*)$/isu.exec(text)?.[1];
    const reading = query === undefined ? undefined : readingOf(query);
    if (reading === undefined) this.isUnclear = true;
    for (const table of reading?.tables ?? []) add(this.onRead, name, table);
    if (reading?.asksTime === true) this.timed.add(name);
    this.boundless.add(name);
  }
}

function add(map: Map<string, readonly Part[]>, name: string, part: Part): void {
  map.set(name, [...(map.get(name) ?? []), { name: tableName(part.name), isWrite: part.isWrite }]);
}
