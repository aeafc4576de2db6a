import { SourceMap } from "node:module";
import { runInNewContext } from "node:vm";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import { markModule, mayNeedMarks, PARSER_OPTIONS, parserInput, RUNTIME_MODULE, type MarkedModule } from "./transform.ts";

const IMPORT = /;?import \{[^}]*\} from "heddle\/point"; /;

function mark(code: string): MarkedModule | undefined {
  return markModule(code, parseAst(parserInput(code), PARSER_OPTIONS), "/app/module.js");
}

function marked(code: string): MarkedModule {
  const result = mark(code);
  if (result === undefined) throw new Error(`nothing was marked in ${code}`);
  return result;
}

/** The marked code with short names and without the import, which has tests of its own. */
function brief(code: string): string {
  return marked(code).code.replace(IMPORT, "").replaceAll("__heddle_", "");
}

const rewrites: readonly (readonly [original: string, expected: string])[] = [
  // Awaits.
  ["await e", "await point( e)"],
  ["await e;", "await point( e);"],
  ["const a = await f(await g());", "const a = await point( f(await point( g())));"],
  ["await await e", "await point( await point( e))"],
  ["await (a, b)", "await point( (a, b))"],
  ["await(a)", "await point((a))"],
  ["await ((a))", "await point( ((a)))"],
  ["await [a]", "await point( [a])"],
  ["await { then: 1 };", "await point( { then: 1 });"],
  ["await /r/g", "await point( /r/g)"],
  ["await `t${await e}`", "await point( `t${await point( e)}`)"],
  ["await -e", "await point( -e)"],
  ["await new C", "await point( new C)"],
  ["await import('x')", "await point( import('x'))"],
  ["await import.meta.e", "await point( import.meta.e)"],
  ["await /* a */ e /* b */", "await point( /* a */ e) /* b */"],
  ["await // )\n e // b", "await point( // )\n e) // b"],
  ["await\ne\nf", "await point(\ne)\nf"],
  ["await (a /* ) */ ) + 1", "await point( (a /* ) */ )) + 1"],
  ["await a ? await b : await c", "await point( a) ? await point( b) : await point( c)"],
  ["await a.b?.[await c]", "await point( a.b?.[await point( c)])"],
  ["x = async () => await e", "x = async () => await point( e)"],
  ["x = async () => ({ a: await e })", "x = async () => ({ a: await point( e) })"],
  ["async function* g() { yield await e; yield* await e }", "async function* g() { yield await point( e); yield* await point( e) }"],
  ["export default async () => { await e }", "export default async () => { await point( e) }"],
  ["export default await e", "export default await point( e)"],
  ["class A { async #m() { return await this.#m() } }", "class A { async #m() { return await point( this.#m()) } }"],
  ["class A { async m() { await super.m() } }", "class A { async m() { await point( super.m()) } }"],
  ["await using r = await open();", "await using r = await point( open());"],
  ["(await e).f", "(await point( e)).f"],
  ["(await e)`t`", "(await point( e))`t`"],
  ["new (await e)()", "new (await point( e))()"],
  ["class B extends (await e) {}", "class B extends (await point( e)) {}"],
  // Thens.
  ["x.then(f)", "mark(x).then(f)"],
  ["x.catch(f)", "mark(x).catch(f)"],
  ["x.finally(f)", "mark(x).finally(f)"],
  ["x.then(f).catch(g).finally(h)", "mark(mark(mark(x).then(f)).catch(g)).finally(h)"],
  ["x?.then(f)", "mark(x)?.then(f)"],
  ["x.y?.then?.(f)", "mark(x.y)?.then?.(f)"],
  ["x?.then(f).then(g)", "mark(x)?.then(f).then(g)"],
  ["(x?.y).then(f)", "mark((x?.y)).then(f)"],
  ["(a, b).then(f)", "mark((a, b)).then(f)"],
  ["((a)).then(f)", "mark(((a))).then(f)"],
  ["(async () => {})().then(f)", "mark((async () => {})()).then(f)"],
  ["x = () => ({}).then(f)", "x = () => mark(({})).then(f)"],
  ["import('x').then(f)", "mark(import('x')).then(f)"],
  ["import.meta.then(f)", "mark(import.meta).then(f)"],
  ["new P(f).then(g)", "mark(new P(f)).then(g)"],
  ["new P.then(f).then(g)", "mark(new P.then(f)).then(g)"],
  ["new (x.then(f))", "new (mark(x).then(f))"],
  ["5..then(f)", "mark(5.).then(f)"],
  ["`t`.then(f)", "mark(`t`).then(f)"],
  ["[a].then(f)", "mark([a]).then(f)"],
  ["this.then(f)", "mark(this).then(f)"],
  ["p /* ). */ .then(f)", "mark(p) /* ). */ .then(f)"],
  ["(p /* ( */ ) // ).\n  .then(f)", "mark((p /* ( */ )) // ).\n  .then(f)"],
  ["p\n  .then(f)\n  .catch(g)", "mark(mark(p)\n  .then(f))\n  .catch(g)"],
  ["p. // c\n  then(f)", "mark(p) // c\n  .then(f)"],
  ["await p.then(f)", "await point( mark(p).then(f))"],
  ["await(p).then(f)", "await point( mark((p)).then(f))"],
  ["(await p).then(f)", "mark((await point( p))).then(f)"],
  ["p.then(await f)", "mark(p).then(await point( f))"],
  ["typeof(p).then(f)", "typeof mark((p)).then(f)"],
  ["throw(p).then(f)", "throw mark((p)).then(f)"],
  ["export default(p).then(f)", "export default mark((p)).then(f)"],
  ["function g() { return(p).then(f) }", "function g() { return mark((p)).then(f) }"],
  ["function g() { return[p].then(f) }", "function g() { return mark([p]).then(f) }"],
  ["if (a) ; else(p).then(f)", "if (a) ; else mark((p)).then(f)"],
  ["class A extends(p).then(f) {}", "class A extends mark((p)).then(f) {}"],
  ["class A { #p = x.then(f); static { x.then(f) } }", "class A { #p = mark(x).then(f); static { mark(x).then(f) } }"],
  ["class A { m() { this.#p.then(f) } #p }", "class A { m() { mark(this.#p).then(f) } #p }"],
  ["delete p.then(f).x", "delete mark(p).then(f).x"],
  ["p.then(() => q.then(f))", "mark(p).then(() => mark(q).then(f))"],
  ["a?.b(p.then(f))", "a?.b(mark(p).then(f))"],
  ["a\np.then(f)", "a\nmark(p).then(f)"],
  ["\u{1D4B3}.then(f)", "mark(\u{1D4B3}).then(f)"],
  ["é = '😀'; p.then(f)", "é = '😀'; mark(p).then(f)"],
  ["@(a.then(f)) class A {}", "@(mark(a).then(f)) class A {}"],
  ["@a(p.then(f)) class A {}", "@a(mark(p).then(f)) class A {}"],
  // Loops.
  ["for await (const v of it) ;", "for await (const v of iterate( it)) ;"],
  ["for await(v of(it));", "for await(v of iterate((it)));"],
  ["for await ((v) of (a, b)) (c).then(f)", "for await ((v) of iterate( (a, b))) mark((c)).then(f)"],
  ["for await (const { of } of of) ;", "for await (const { of } of iterate( of)) ;"],
  ["for await (v of await it) await v", "for await (v of iterate( await point( it))) await point( v)"],
  ["for await (v of p.then(f)) ;", "for await (v of iterate( mark(p).then(f))) ;"],
  ["for await (v of[a, b]) ;", "for await (v of iterate([a, b])) ;"],
  ["for await (const v /* of ) */ of // )\n it /* ) */ ) ;", "for await (const v /* of ) */ of iterate( // )\n it /* ) */ )) ;"],
  ["for await (await using v of it) ;", "for await (await using v of iterate( it)) ;"],
  ["for await (const [a = await b] of it) ;", "for await (const [a = await point( b)] of iterate( it)) ;"],
];

const leftAlone: readonly string[] = [
  "",
  "const a = 1",
  "// await x\n'await x'; `x.then(f)`",
  "x.then",
  "new x.then(f)",
  "x['then'](f)",
  "x.then`t`",
  "then(f)",
  "class A { #then() { this.#then() } }",
  "class A extends B { then(f) { return super.then(f) } }",
  "try { f() } catch (e) { } finally { }",
  "await using r = open();",
  "for (const v of it) ;",
  "a?.b.then(f)",
  "a?.().b[0].then(f)",
  "@a.then(f) class A {}",
  "f = { then() {}, catch: 1, async finally() {} }",
  "const { then, catch: c } = x",
];

describe("rewriting", () => {
  it.each(rewrites)("%s", (original, expected) => {
    expect(brief(original)).toBe(expected);
    expect(mayNeedMarks(original)).toBe(true);
  });

  it.each(leftAlone)("leaves alone: %s", (original) => {
    expect(mark(original)).toBeUndefined();
  });

  it.each(rewrites)("is still JavaScript, and marked but once: %s", (original) => {
    const { code } = marked(original);
    expect(mark(code)).toBeUndefined();
  });

  it("skips the parser for modules without the words", () => {
    expect(mayNeedMarks("export const awaited = thenable(1);")).toBe(false);
  });

  it("handles an expression nested deeper than the call stack", () => {
    const code = `${"a + ".repeat(5000)}await b`;
    const deep = { type: "AwaitExpression", start: code.length - 7, end: code.length };
    let expression: object = deep;
    for (let depth = 0; depth < 200_000; depth += 1) {
      expression = { type: "BinaryExpression", start: 0, end: code.length, right: expression };
    }
    const program = { type: "Program", start: 0, end: code.length, body: [expression] };
    expect(markModule(code, program, "/app/module.js")?.code).toContain("a + await __heddle_point( b)");
  });
});

describe("the import", () => {
  const runtime = (text: string): string => text.replaceAll("IMPORT", 'import { point as __heddle_point } from "heddle/point"; ');

  it("names only what is used, in one order", () => {
    expect(marked("for await (v of p.then(f)) await v").code.startsWith(
      'import { point as __heddle_point, mark as __heddle_mark, iterate as __heddle_iterate } from "heddle/point"; for',
    )).toBe(true);
    expect(marked("p.then(f)").code).toBe('import { mark as __heddle_mark } from "heddle/point"; __heddle_mark(p).then(f)');
    expect(RUNTIME_MODULE).toBe("heddle/point");
  });

  it.each([
    ["await e", "IMPORTawait __heddle_point( e)"],
    ["\n\nawait e", "IMPORT\n\nawait __heddle_point( e)"],
    ["// hint\nawait e", "IMPORT// hint\nawait __heddle_point( e)"],
    ["import a from 'a';\nawait a", "IMPORTimport a from 'a';\nawait __heddle_point( a)"],
    ["'use strict';\nawait e", "'use strict';IMPORT\nawait __heddle_point( e)"],
    ["'use strict'\nawait e", "'use strict';IMPORT\nawait __heddle_point( e)"],
    ["'use a' /* ; */\n'use b' // c\nawait e", "'use a' /* ; */\n'use b';IMPORT // c\nawait __heddle_point( e)"],
    ["'use a';await e", "'use a';IMPORTawait __heddle_point( e)"],
    ["('not a directive');\nawait e", "IMPORT('not a directive');\nawait __heddle_point( e)"],
    ["#!/usr/bin/env node\nawait e", "#!/usr/bin/env node\nIMPORTawait __heddle_point( e)"],
    ["#!node\r\nawait e", "#!node\r\nIMPORTawait __heddle_point( e)"],
    ["#!node\n'use a'\nawait e", "#!node\n'use a';IMPORT\nawait __heddle_point( e)"],
    ["\uFEFFawait e", "\uFEFFIMPORTawait __heddle_point( e)"],
    ["@(await e) class A {}", "IMPORT@(await __heddle_point( e)) class A {}"],
  ])("stands where directives, hashbang and hints stay right: %j", (original, expected) => {
    expect(marked(original).code).toBe(runtime(expected));
    expect(parseAst(marked(original).code.replace("\uFEFF", "")).body.length).toBeGreaterThan(0);
  });

  it("gives way to names of the module", () => {
    const { code } = marked("const __heddle_mark = 1, __heddle__x = 2; await e");
    expect(code).toContain("import { point as __heddle___point } from");
    expect(code).toContain("await __heddle___point( e)");
  });
});

describe("source positions", () => {
  it.each([...rewrites.map(([original]) => original), "'use a'\n  await\n   e\n  .f(g) \n .then(h)"])(
    "every word maps to itself, and no line moves: %s",
    (original) => {
      const { code, map } = marked(original);
      const sourceMap = toSourceMap(map);
      expect(code.split("\n").length).toBe(original.split("\n").length);
      const lines = original.split("\n");
      const imported = IMPORT.exec(code);
      code.split("\n").forEach((text, line) => {
        for (const match of text.matchAll(/[\w$]+/g)) {
          const word = match[0];
          const inImport = imported !== null && line === lineOf(code, imported.index)
            && match.index >= columnOf(code, imported.index) && match.index < columnOf(code, imported.index) + imported[0].length;
          if (word.startsWith("__heddle_") || inImport) continue;
          const entry = originalPosition(sourceMap, line, match.index);
          expect(entry.line).toBe(line);
          expect(lines[line]?.slice(entry.column)).toMatch(new RegExp(`^${word.replaceAll("$", "\\$")}`));
        }
      });
    },
  );

  it.each([
    // The call of `point` maps to the keyword, where V8 places a native await; that of `mark` to its object.
    ["await", "__heddle_point", "\n  x = [1,\n    await  f(1)]"],
    ["q", "__heddle_mark", "\nif (a)\nq.then(f)"],
    ["(q, p)", "__heddle_mark", "\nif (a) (q, p).then(f)"],
    ["of", "__heddle_iterate", "for await (const v\n of it) ;"],
  ])("the runtime's own call maps to `%s` (%s)", (target, name, original) => {
    const { code, map } = marked(original);
    const at = code.lastIndexOf(name);
    const entry = originalPosition(toSourceMap(map), lineOf(code, at), columnOf(code, at));
    expect([entry.line, entry.column]).toEqual([lineOf(original, original.lastIndexOf(target)), columnOf(original, original.lastIndexOf(target))]);
  });

  it.each([
    ["boom()", "async () => {\n  const a = 1;\n  await g(1, await boom());\n}"],
    ["boom().then", "async () => {\n await\n   boom().then(f); }"],
    ["then(f)", "async () => {\n  const none = undefined;\n  return 1 +  none\n    .then(f); }"],
    ["toFixed(f)", "async () => {\n  const f = 101; return await  (5).toFixed(f); }"],
    ["(f); }", "async () => {\n  await ({ catch: boom }).catch(f); }"],
    ["later()", "async () => {\n  for await (const v of  later()) ; }"],
  ])("a thrown error's stack maps back to `%s`", async (target, original) => {
    const boom = (): never => {
      throw new Error("boom");
    };
    const context = { boom, later: boom, g: boom, f: boom, Error };
    const text = `run = ${original}`;
    const { code, map } = marked(text);
    const native = await thrownAt(text, context);
    const { line, column } = await thrownAt(code, context);
    const entry = originalPosition(toSourceMap(map), line, column);
    expect(entry).toEqual(native);
    expect(entry).toEqual({ line: lineOf(text, text.indexOf(target)), column: columnOf(text, text.indexOf(target)) });
  });

  it("names its source and carries its text", () => {
    const { map } = marked("await e");
    expect([map.sources, map.sourcesContent]).toEqual([["/app/module.js"], ["await e"]]);
  });
});

async function thrownAt(code: string, context: object): Promise<{ line: number; column: number }> {
  const script = code.replace(IMPORT, (text) => " ".repeat(text.length));
  const globals = { ...context, ...identityRuntime() };
  const run: unknown = runInNewContext(`${script}\n;run`, globals, { filename: "generated.js" });
  try {
    await (run as () => Promise<void>)();
  } catch (error) {
    const found = /generated\.js:(\d+):(\d+)/.exec(String((error as Error).stack).replaceAll(/^generated.js:\d+\n/g, ""));
    if (found !== null) return { line: Number(found[1]) - 1, column: Number(found[2]) - 1 };
    throw error;
  }
  throw new Error("nothing was thrown");
}

function identityRuntime(): Record<string, (value: unknown) => unknown> {
  const same = (value: unknown): unknown => value;
  return { __heddle_point: same, __heddle_mark: same, __heddle_iterate: same };
}

function toSourceMap(map: MarkedModule["map"]): SourceMap {
  return new SourceMap({ ...map, file: map.file ?? "", sourceRoot: "", sourcesContent: map.sourcesContent ?? [] } as ConstructorParameters<typeof SourceMap>[0]);
}

function originalPosition(map: SourceMap, line: number, column: number): { line: number; column: number } {
  const entry = map.findEntry(line, column);
  if (!("originalLine" in entry)) throw new Error(`no mapping of ${line}:${column}`);
  return { line: entry.originalLine, column: entry.originalColumn };
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length - 1;
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}
