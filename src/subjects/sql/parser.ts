import { HeddleError } from "../../engine/errors.ts";
import { remembering } from "../../engine/remembering.ts";
import type { Part } from "../../engine/resource.ts";
import { control } from "../../host/control.ts";
import { nodeProcess } from "../../host/natives.ts";
import { ownFolder } from "../../host/own-place.ts";

/*
 * What a statement of SQL does to which tables, as a package tells that knows the dialects. Where there is any doubt the
 * answer is `undefined`: then it is taken to do anything to the whole database.
 */

/** An optional peer dependency: loaded when a boundary says that SQL goes through it. */
const PACKAGE = "node-sql-parser";
/** In this order: most statements are read by the first, which is the smallest. */
const DIALECTS: readonly string[] = ["sqlite", "postgresql", "mysql"];
/** Statements that are remembered. A program that writes its values into its texts has new ones all the time. */
const MOST_KNOWN = 10_000;

/** What a statement does. */
export interface Reading {
  /** The tables that it reads and writes. */
  readonly tables: readonly Part[];
  /** Whether it asks what time it is. */
  readonly asksTime: boolean;
}

interface Parser {
  parse(text: string): { readonly tableList: readonly string[]; readonly ast: unknown };
}

interface ParserModule {
  readonly Parser: new () => Parser;
}

const parsers: Map<string, Parser> = new Map();

function parserOf(dialect: string): Parser {
  let parser = parsers.get(dialect);
  if (parser === undefined) {
    const { Parser: Made } = control.outside(() => load(`${PACKAGE}/build/${dialect}`)) as ParserModule;
    parser = new Made();
    parsers.set(dialect, parser);
  }
  return parser;
}

/** From beside heddle, else from where the process works. */
function load(path: string): unknown {
  const module = nodeProcess.getBuiltinModule?.("node:module") as { readonly createRequire: (from: string) => (path: string) => unknown } | undefined;
  if (module === undefined) throw new Error("this runtime has no node:module");
  try {
    return module.createRequire(ownFolder)(path);
  } catch (error) {
    const folder = nodeProcess.cwd?.();
    if (folder === undefined) throw error;
    return module.createRequire(`${folder}/`)(path);
  }
}

/**
 * Has the package ready.
 * @param where - what asks for it, for the message.
 * @throws HeddleError `BAD_SUBJECT` where it is not installed.
 */
export function needParser(where: string): void {
  try {
    parserOf(DIALECTS[0]!);
  } catch (cause) {
    throw new HeddleError("BAD_SUBJECT", `${where}: SQL is read by the package ${PACKAGE}, which is not installed: npm install --save-dev ${PACKAGE}`, { cause });
  }
}

/** What a statement (no definition) does; `undefined` where that cannot be told. */
export const readingOf: (statement: string) => Reading | undefined = remembering(MOST_KNOWN, (statement) => control.outside(() => read(statement)));

function read(statement: string): Reading | undefined {
  for (const dialect of DIALECTS) {
    try {
      const { tableList, ast } = parserOf(dialect).parse(statement);
      return readTree(tableList, Array.isArray(ast) ? (ast as unknown[]) : [ast]);
    } catch {
      // Another dialect, or none that is known.
    }
  }
  return undefined;
}

/** The kinds of statements of which the list of tables says all that they do. */
const PLAIN: ReadonlySet<unknown> = new Set(["select", "insert", "replace", "update", "delete"]);
const READS = "select";

function readTree(tableList: readonly string[], trees: readonly unknown[]): Reading | undefined {
  if (!trees.every((tree) => isObject(tree) && PLAIN.has(tree["type"]))) return undefined;
  const look = new Look();
  for (const tree of trees) look.at(tree);
  if (look.isUnclear) return undefined;
  const parts = new Map<string, boolean>();
  const add = (name: string, isWrite: boolean): void => void parts.set(name, isWrite || parts.get(name) === true);
  for (const entry of tableList) {
    const [mode, , name] = entry.split("::");
    if (name === undefined || name.startsWith("$")) return undefined;
    add(tableName(name), mode !== READS);
  }
  // `UPDATE ONLY orders` is read as a table `ONLY` that is called `orders`: so what a table is called counts as one, too.
  const isWrite = [...parts.values()].includes(true);
  for (const alias of look.aliases) if (!parts.has(tableName(alias))) add(tableName(alias), isWrite);
  return { tables: [...parts].map(([name, writes]) => ({ name, isWrite: writes })), asksTime: look.asksTime };
}

/** One table may be named with its schema and without, and in letters of either case. */
export function tableName(name: string): string {
  return name.toLowerCase();
}

type Tree = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

/** Goes through the tree of a statement: what functions it calls, and by which names it calls tables. */
class Look {
  readonly aliases: Set<string> = new Set();
  isUnclear: boolean = false;
  asksTime: boolean = false;

  at(tree: unknown): void {
    if (Array.isArray(tree)) for (const one of tree as unknown[]) this.at(one);
    else if (isObject(tree)) this.atObject(tree);
  }

  private atObject(tree: Tree): void {
    if (tree["type"] === "function") this.atFunction(nameOfFunction(tree["name"]));
    if (typeof tree["table"] === "string" && typeof tree["as"] === "string") this.aliases.add(tree["as"]);
    // `SELECT … INTO` makes a table.
    const { into } = tree;
    if (isObject(into) && into["position"] !== null && into["position"] !== undefined) this.isUnclear = true;
    for (const value of Object.values(tree)) if (isObject(value)) this.at(value);
  }

  /** One that is not known does what it likes. */
  private atFunction(name: string | undefined): void {
    if (name !== undefined && TIME.has(name)) this.asksTime = true;
    else if (name === undefined || !HARMLESS.has(name)) this.isUnclear = true;
  }
}

/** In small letters; `undefined` where it is one of somebody's schema. */
function nameOfFunction(name: unknown): string | undefined {
  if (!isObject(name) || (name["schema"] !== undefined && name["schema"] !== null)) return undefined;
  const words = Array.isArray(name["name"]) ? (name["name"] as unknown[]) : [];
  const texts = words.map((word) => (isObject(word) ? word["value"] : word));
  return texts.length === 1 && typeof texts[0] === "string" ? texts[0].toLowerCase() : undefined;
}

/** Words by which SQL asks for the time. */
export const TIME: ReadonlySet<string> = new Set(
  `clock_timestamp curdate current_date current_time current_timestamp curtime date datetime julianday localtime localtimestamp now
  statement_timestamp strftime time timediff timestamp transaction_timestamp unixepoch unix_timestamp utc_timestamp`.split(/\s+/),
);

/** Functions of the language's own that only calculate. */
const HARMLESS: ReadonlySet<string> = new Set(
  `abs array_agg array_length avg bool_and bool_or ceil ceiling char_length coalesce concat concat_ws count date_part
  date_trunc dense_rank extract first_value floor format gen_random_uuid generate_series greatest group_concat hex
  ifnull iif initcap instr isnull json json_agg json_array json_array_length json_build_array json_build_object
  json_each json_extract json_group_array json_group_object json_insert json_object json_object_agg json_patch
  json_remove json_replace json_set json_type json_valid jsonb_agg jsonb_array_elements jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_extract_path jsonb_object_agg jsonb_set lag last_value lead least left
  length lower lpad ltrim max md5 min mod nullif octet_length position pow power printf quote rank regexp_replace
  replace reverse right round row_number row_to_json rpad rtrim sign split_part sqrt string_agg substr substring sum
  to_char to_date to_json to_jsonb to_timestamp total trim trunc typeof unhex unicode unnest upper`.split(/\s+/),
);
