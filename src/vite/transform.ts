import MagicString, { type SourceMap } from "magic-string";

/** A node of the syntax tree: what ESTree, Rollup's and Rolldown's parsers have in common. Offsets are in UTF-16 units. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** A module with its awaits and thens marked. */
export interface MarkedModule {
  readonly code: string;
  readonly map: SourceMap;
}

/** Where a marked module finds heddle's runtime: it exports `point`, `mark` and `iterate`. */
export const RUNTIME_MODULE: string = "heddle/point";

type RuntimeName = "point" | "mark" | "iterate";

const RUNTIME_NAMES: readonly RuntimeName[] = ["point", "mark", "iterate"];
const PREFIX = "__heddle_";
const MARKED_METHODS: ReadonlySet<unknown> = new Set(["then", "catch", "finally"]);
const LINE_END = /[\n\r\u2028\u2029]/;
const IDENTIFIER_END = /[\p{ID_Continue}$\u200c\u200d]$/u;

/**
 * Whether a module could hold anything to mark: cheap, and never wrongly false, so that most modules are not parsed.
 *
 * @param code - the module's JavaScript
 */
export function mayNeedMarks(code: string): boolean {
  return /\b(?:await|then|catch|finally)\b/.test(code);
}

/** How to parse a module; Rolldown (Vite 8) would otherwise guess. Rollup (Vite 7) takes no notice. */
export const PARSER_OPTIONS: { readonly sourceType: "module" } = { sourceType: "module" };

/**
 * The text to give to the parser for a module. It has the offsets of `code`, and works around two habits of Rollup's
 * parser: it takes a text without `import` or `export` for a script, in which `await (x)` calls a function named
 * `await`; and it drops a byte order mark, and with it one from every offset.
 *
 * @param code - the module's JavaScript
 */
export function parserInput(code: string): string {
  const unmarked = code.startsWith("\uFEFF") ? ` ${code.slice(1)}` : code;
  return `${unmarked}\nexport {};`;
}

/**
 * Marks the awaits, thens and `for await` loops of one module, so that heddle's runtime knows them as the user's own.
 * With nothing to mark, or with marks already there, the answer is `undefined`. No line is added or moved.
 *
 * A then at the end of a chain that an earlier `?.` may cut short (`a?.b.then(f)`) is left alone: its object is no
 * expression of its own. The runtime still finds it, at the cost of a stack frame.
 *
 * @param code - the module's JavaScript
 * @param program - its syntax tree, of `parserInput(code)`
 * @param id - the module's path, for the source map
 */
export function markModule(code: string, program: SyntaxNode, id: string): MarkedModule | undefined {
  if (isMarked(program)) return undefined;
  const marks = collectMarks(code, program);
  if (marks.used.size === 0) return undefined;
  const text = new MagicString(code);
  // A sorted order keeps magic-string's search for the chunk of each edit short.
  for (const at of marks.closes.sort((a, b) => a - b)) text.appendLeft(at, ")");
  for (const edit of marks.edits.sort((a, b) => a.start - b.start)) text.update(edit.start, edit.end, edit.content);
  const at = importPosition(code, program);
  text.prependRight(at, importLine(marks, startsStatement(code, at)));
  return { code: text.toString(), map: text.generateMap({ source: id, includeContent: true, hires: "boundary" }) };
}

/** A piece of the original replaced: its generated text maps to `start`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  content: string;
}

interface Marks {
  readonly code: string;
  readonly edits: Edit[];
  /** Where a `)` closes a call of the runtime. */
  readonly closes: number[];
  /** The edit that opens the calls of `mark` at one offset. */
  readonly opens: Map<number, Edit>;
  readonly used: Set<RuntimeName>;
  readonly prefix: string;
}

function collectMarks(code: string, program: SyntaxNode): Marks {
  const marks: Marks = { code, edits: [], closes: [], opens: new Map(), used: new Set(), prefix: freePrefix(code) };
  // An explicit stack: a long chain of operators is nested deeper than a call stack may be.
  const stack: SyntaxNode[] = [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === "AwaitExpression") markAwait(marks, node);
    else if (node.type === "CallExpression") markThen(marks, node);
    else if (node.type === "ForOfStatement") markLoop(marks, node);
    const parts = node.type === "Decorator" ? decoratorParts(code, node) : node;
    for (const value of Object.values(parts)) pushNodes(stack, value);
  }
  return marks;
}

/** `@a.then(f)` may hold no call where its `a` stands, unless in parentheses; the arguments are ordinary expressions. */
function decoratorParts(code: string, decorator: SyntaxNode): object {
  const expression = child(decorator, "expression");
  if (expression?.type !== "CallExpression" || code[skipTrivia(code, decorator.start + 1)] === "(") return decorator;
  return { arguments: field(expression, "arguments") };
}

function pushNodes(stack: SyntaxNode[], value: unknown): void {
  if (isNode(value)) stack.push(value);
  else if (Array.isArray(value)) for (const element of value) if (isNode(element)) stack.push(element);
}

/** `await e` becomes `await point(e)`. The call maps to the keyword, where V8 places the await itself. */
function markAwait(marks: Marks, node: SyntaxNode): void {
  openAfterKeyword(marks, "point", "await", node.start);
  // The node ends after the parentheses around its operand, if there are any.
  marks.closes.push(node.end);
}

/** `for await (const v of e)` becomes `for await (const v of iterate(e))`. */
function markLoop(marks: Marks, node: SyntaxNode): void {
  const left = child(node, "left");
  const right = child(node, "right");
  if (field(node, "await") !== true || left === undefined || right === undefined) return;
  const leftParentheses = closingParentheses(marks.code, left.end);
  const keyword = skipTrivia(marks.code, (leftParentheses.at(-1) ?? left.end - 1) + 1);
  // The last parenthesis after the operand is the loop's own.
  const close = closingParentheses(marks.code, right.end).at(-1);
  if (!marks.code.startsWith("of", keyword) || close === undefined) return;
  openAfterKeyword(marks, "iterate", "of", keyword);
  marks.closes.push(close);
}

/** `x.then(...)` becomes `mark(x).then(...)`, and so do `catch` and `finally`; `this` is still `x`. */
function markThen(marks: Marks, node: SyntaxNode): void {
  const callee = child(node, "callee");
  if (callee?.type !== "MemberExpression" || field(callee, "computed") === true) return;
  const object = child(callee, "object");
  const property = child(callee, "property");
  if (object === undefined || property?.type !== "Identifier" || !MARKED_METHODS.has(field(property, "name"))) return;
  if (object.type === "Super" || mayBeCutShort(object)) return;
  // The callee starts where the parentheses around its object do.
  openBefore(marks, "mark", callee.start);
  const close = (closingParentheses(marks.code, object.end).at(-1) ?? object.end - 1) + 1;
  marks.closes.push(close);
  moveDot(marks, skipTrivia(marks.code, close), property);
}

/**
 * Makes the dot part of the property's edit, so that both map to the property. V8 places a failed read of `then` at
 * the property in `x.then` and at the dot in `f(x).then`; what was the first in the original is now the second.
 */
function moveDot(marks: Marks, dot: number, property: SyntaxNode): void {
  if (marks.code[dot] !== ".") return;
  marks.edits.push({ start: dot, end: dot + 1, content: "" });
  const name = marks.code.slice(property.start, property.end);
  marks.edits.push({ start: property.start, end: property.end, content: `.${name}` });
}

/** Whether an earlier `?.` of the same chain skips what follows this object. Parentheses end a chain. */
function mayBeCutShort(object: SyntaxNode): boolean {
  let link: SyntaxNode | undefined = object;
  while (link?.type === "MemberExpression" || link?.type === "CallExpression") {
    if (field(link, "optional") === true) return true;
    link = child(link, link.type === "CallExpression" ? "callee" : "object");
  }
  return false;
}

function openAfterKeyword(marks: Marks, name: RuntimeName, keyword: string, start: number): void {
  marks.used.add(name);
  marks.edits.push({ start, end: start + keyword.length, content: `${keyword} ${marks.prefix}${name}(` });
}

/**
 * Opens a call of the runtime before the character at `start`. That character is part of the edit, so that the call
 * maps to it. Several calls can open there; parents are visited first, so that the outermost stands first.
 */
function openBefore(marks: Marks, name: RuntimeName, start: number): void {
  const { code, opens, prefix } = marks;
  marks.used.add(name);
  let edit = opens.get(start);
  if (edit === undefined) {
    // `return(x).then(f)`: the keyword must not grow together with the name.
    const space = IDENTIFIER_END.test(code.slice(Math.max(0, start - 2), start)) ? " " : "";
    edit = { start, end: start + 1, content: space + code.charAt(start) };
    opens.set(start, edit);
    marks.edits.push(edit);
  }
  edit.content = `${edit.content.slice(0, -1)}${prefix}${name}(${code.charAt(start)}`;
}

/** The offsets of the closing parentheses that come next after `from`, with nothing but space and comments between. */
function closingParentheses(code: string, from: number): number[] {
  const found: number[] = [];
  for (let at = skipTrivia(code, from); code[at] === ")"; at = skipTrivia(code, at + 1)) found.push(at);
  return found;
}

/** The offset of the next token at or after `from`. */
function skipTrivia(code: string, from: number): number {
  let at = from;
  for (;;) {
    if (code.startsWith("//", at)) {
      while (at < code.length && !LINE_END.test(code.charAt(at))) at += 1;
    } else if (code.startsWith("/*", at)) {
      const end = code.indexOf("*/", at + 2);
      at = end === -1 ? code.length : end + 2;
    } else if (/\s/.test(code.charAt(at))) {
      at += 1;
    } else {
      return at;
    }
  }
}

/**
 * Where the import of the runtime goes: as early as it may, on a line that is there already. It comes before the
 * module's other imports, so that the runtime is there when a cycle of imports calls into a module that is not yet
 * evaluated; and before the comment of the first statement, which might be a hint to a coverage tool.
 */
function importPosition(code: string, program: SyntaxNode): number {
  let at = code.startsWith("\uFEFF") ? 1 : 0;
  if (code.startsWith("#!", at)) {
    while (!LINE_END.test(code.charAt(at))) at += 1;
    at += code.startsWith("\r\n", at) ? 2 : 1;
  }
  for (const statement of statements(program)) {
    if (typeof field(statement, "directive") !== "string") break;
    at = statement.end;
  }
  return at;
}

/** Whether a statement can start at `at`: not right after a directive that has no semicolon of its own. */
function startsStatement(code: string, at: number): boolean {
  return at <= 1 || /[;\n\r\u2028\u2029]/.test(code.charAt(at - 1));
}

function importLine(marks: Marks, atStart: boolean): string {
  const names = RUNTIME_NAMES.filter((name) => marks.used.has(name));
  const specifiers = names.map((name) => `${name} as ${marks.prefix}${name}`).join(", ");
  return `${atStart ? "" : ";"}import { ${specifiers} } from "${RUNTIME_MODULE}"; `;
}

/** A prefix that nothing in the module can have: `__heddle_`, lengthened for as long as the text contains it. */
function freePrefix(code: string): string {
  let prefix = PREFIX;
  while (code.includes(prefix)) prefix += "_";
  return prefix;
}

/** Whether the plugin has been here before (it may stand twice in a configuration). */
function isMarked(program: SyntaxNode): boolean {
  return statements(program).some((statement) => {
    if (statement.type !== "ImportDeclaration") return false;
    const source = child(statement, "source");
    return source !== undefined && field(source, "value") === RUNTIME_MODULE;
  });
}

function statements(program: SyntaxNode): SyntaxNode[] {
  const body = field(program, "body");
  return Array.isArray(body) ? body.filter(isNode) : [];
}

function field(node: SyntaxNode, name: string): unknown {
  return (node as unknown as Readonly<Record<string, unknown>>)[name];
}

function child(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const value = field(node, name);
  return isNode(value) ? value : undefined;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
