import fc from "fast-check";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { markModule, PARSER_OPTIONS, parserInput, RUNTIME_MODULE } from "./transform.ts";

/** A dormant runtime, as a module. */
const RUNTIME = dataUrl("const same = (value) => value; export { same as point, same as mark, same as iterate };");

/** What the programs below are made of; `log` tells the order in which things happen (and no function's text). */
const PRELUDE = `const log = [];
const say = (value) => { log.push(typeof value === "function" ? "function" : String(value)); return value; };
const thenable = (value) => ({ value, then(f) { say("then of " + this.value); f(this.value); } });
const later = async (value) => { say("called " + value); await null; return value; };
const fail = async (value) => { await null; throw new Error(value); };
const refuse = { then(f, r) { say("refused"); return r?.(new RangeError()); }, name: "refuse" };
const plain = { then(f) { say("method of " + this.name); return f ? f(this.name) : this; }, catch() { return this; }, name: "plain" };
`;

/** The generated programs drop promises that fail; nobody shall be told. */
const QUIET = `let silencing = false;
class Quiet extends Promise {
  constructor(run) {
    super(run);
    if (silencing) return;
    silencing = true;
    super.then(undefined, () => {});
    silencing = false;
  }
}
const later = (value) => { say("called"); return new Quiet((resolve) => resolve(value)); };
`;

const programs: readonly (readonly [what: string, code: string])[] = [
  ["awaits values, promises and thenables", "for (const e of [1, later(2), thenable(3), null]) say(await e);"],
  ["awaits in turn", "await Promise.all([1, 2].map(async (n) => { say('a' + n); await n; say('b' + n); await n; say('c' + n); }));"],
  ["interleaves thens with awaits", "const a = later(1).then(say).then(() => say(2)); for (let i = 0; i < 5; i += 1) say(await ('i' + i)); await a;"],
  ["nests awaits", "say(await later(await later(await (0, 1) + await 2)));"],
  ["keeps the precedence of await", "say(await 1 + await 2 * -await later(3)); say(typeof await 1); say((await 'text').length); say(!await 0);"],
  ["awaits literals", "say(JSON.stringify([await { a: await 1 }, await [2], await `t${await 3}`, await /r/g, await class A {} .name]));"],
  ["awaits across lines and comments", "say(await // one )\n  /* two ) */ later(1) // three\n);\nsay(1)"],
  ["relies on semicolons that are not there", "const a = later(1)\nlet b\nb = a\na.then(say)\nawait b\nawait (a)\nawait [a]\nsay(2)"],
  ["awaits parentheses", "say(await (say(1), later(2))); say(await((3))); say(await ( /* ) */ 4 /* ) */ ));"],
  ["throws from an await", "try { await fail('x'); } catch (error) { say(error.message); } finally { say(await 'finally'); }"],
  ["throws from a then", "say(await fail('x').catch((error) => error.message).finally(() => say('finally')));"],
  ["keeps this in a then", "say(await plain.then((name) => name + '!')); say(plain.then().catch().then((x) => x));"],
  ["evaluates the object once", "let n = 0; const next = () => { n += 1; return plain; }; next().then(say); next()?.then(say); (next(), next()).then(say); say(n);"],
  ["skips what an optional chain skips", "const none = null; say(none?.then(say('skipped'))); say(none?.a.b.then(say('skipped'))); say(none?.then(say('skipped')).then(say('skipped')));"],
  ["skips a method that is not there", "const bare = {}; say(bare.then?.(say('skipped'))); say(bare.a?.then?.(1)); say(plain?.then?.(say));"],
  ["fails where a chain does not skip", "const o = { a: {} }; try { o?.a.b.then(1); } catch (error) { say(error.constructor.name); }"],
  ["ends a chain at parentheses", "const o = null; try { (o?.a).then(1); } catch (error) { say(error.constructor.name + error.message); }"],
  ["has thens of a superclass", "class P extends Promise { then(f, r) { say('super'); return super.then(f, r); } } say(await P.resolve(1).then((x) => x + 1));"],
  ["has private methods and fields", "class A { #p = later(1); #then(f) { return this.#p.then(f); } field = this.#p.then(say); static s = later('s').then(say); static { later('block').then(say); } run() { return this.#then((x) => x + 1); } } say(await new A().run()); await A.s;"],
  ["computes names", "const k = 'then'; say(plain[k](String)); class A { [await 'm']() { return 1; } } say(new A().m());"],
  ["loops over iterables", "for await (const v of [1, later(2)]) say(v); for await (const [v] of (0, [[3], [4]])) { if (v === 4) break; say(v); }"],
  ["loops over generators", "async function* g() { try { yield 1; yield await later(2); return 3; } finally { say('closed'); } } for await (const v of g()) say(v); for await (const v of g()) { say(v); break; } for await (const v of await Promise.resolve(g())) { say(v); }"],
  ["loops into targets", "let v; const o = {}; for await (v of [1]) ; for await (o.a of [2]) ; for await ((o.b) of [3]) ; say([v, o.a, o.b]); for await (const of of [4]) say(of);"],
  ["fails on what can't be looped over", "try { for await (const v of 5) say(v); } catch (error) { say(error.constructor.name); }"],
  ["delegates", "async function* g() { yield* [1, 2]; say(yield await 3); return await 4; } const i = g(); for (let n = 0; n < 5; n += 1) say(JSON.stringify(await i.next(n)));"],
  ["hoists functions", "say(await f()); async function f() { return await 1; }"],
  ["labels and switches", "outer: for await (const a of [1, 2]) { switch (await a) { case await 1: continue outer; default: say(a); } }"],
  ["destructures with defaults", "const { a = await later(1), ...rest } = await { b: 2 }; say(a + rest.b); const f = async ({ c = 3 } = {}, [d] = [4]) => await (c + d); say(await f());"],
  ["assigns", "let a = 1; a += await later(2); a ??= await 3; a ||= await later(4); say(a); const o = {}; o[say('key')] = await say('value');"],
  ["keeps keywords apart", "const f = () => { return(plain).then(String) }; say(f()); say(typeof(plain).then(String)); say(void(plain).then(say)); say('x'in[plain].map((x) => x)); const g = function* () { yield(plain).then(String); yield[plain].map(String).length }; say([...g()]); if (0) ; else(plain).then(say);"],
  ["throws an awaited value", "try { throw(plain).then(String) } catch (error) { say(error); } try { throw await later('t'); } catch (error) { say(error); }"],
  ["makes objects", "class A { then(f) { return f('a'); } } say(new A().then(String)); say(new A.prototype.constructor().then(String)); say(new (await A)().then(String));"],
  ["has tagged templates", "const tag = (parts, ...values) => parts.raw.join('|') + values; say((await tag)`a${await 1}b`); say(`${plain.then(String)}`.length);"],
  ["imports", "const m = await import('data:text/javascript,export default 7'); say(m.default); await import('data:text/javascript,export const a = 8').then((n) => say(n.a));"],
  ["knows its url", "say(import.meta.url.slice(0, 4)); say(new URL('a', 'http://h').href);"],
  ["is strict", "say((function () { return this === undefined; })());"],
  ["names functions", "const a = async () => { await 1; }; const o = { async b() { await a.then?.(1); } }; say(a.name + o.b.name); class C { static async d() { await 1; } } say(C.d.name + a.length);"],
  ["uses numbers and texts", "Number.prototype.then = String.prototype.then = function () { return typeof this + this; }; say(5..then()); say(5 .then()); say(5.5.then()); say('s'.then()); say(`t`.then()); say(1n.then === undefined); delete Number.prototype.then; delete String.prototype.then;"],
  ["uses words outside of ASCII", "const é = plain, \u{1D4B3} = plain, $ = plain, _ = plain; say('😀'); é.then(say); \u{1D4B3}.then(say); $.then(say); _.then(say); say(await '😀é');"],
  ["writes everything on lines of its own", "later\n(\n1\n)\n.\nthen\n(\nsay\n)\n.\ncatch(\nsay\n)\nawait\nlater\n(\n2\n)\nsay(3)"],
];

describe("with a dormant runtime, a marked module does what it did", () => {
  it.each(programs)("%s", async (_what, body) => {
    const code = `${PRELUDE}${body}\nexport { log };`;
    const original = await outcome(code);
    expect(original.error).toBeUndefined();
    expect(original.log.length).toBeGreaterThan(0);
    expect(await outcome(marked(code))).toEqual(original);
  });

  it("keeps exports, directives and default functions", async () => {
    const code = `"use strict"\nimport { sep } from "node:path"\nexport default async () => await sep\nexport const a = await 1, p = a.then\n`
      + "export class A { async m() { return await this } }\nexport * as path from 'node:path'";
    const [before, after] = [await importText(code), await importText(marked(code))];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect([after["a"], after["p"]]).toEqual([1, undefined]);
    expect(await (after["default"] as () => Promise<unknown>)()).toBe(await (before["default"] as () => Promise<unknown>)());
  });

  it("for generated expressions, in any layout", law(), async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(expression, { minLength: 1, maxLength: 3 }), async (bodies) => {
        const statements = bodies.map((text) => `try { say(${text}); } catch (error) { say(error.constructor.name); }`).join("\n");
        // Two tasks side by side: the order of their steps must not change either.
        const run = `const run = async (name) => { say(name);\n${statements} };\nawait Promise.all([run("a"), run("b")]);`;
        const code = `${PRELUDE.replace("const later", "const never")}${QUIET}${run}`;
        expect(await evaluate(marked(code))).toEqual(await evaluate(code));
      }),
      cases(300, { seed: 1 }),
    );
  });
});

/** Space and comments, where any may stand. */
const gap = fc.constantFrom("", "", "", " ", "\n", "/* ) */", "// )\n", " /* await x.then( */ ");

/** Expressions with awaits and thens in all positions, all of which `PRELUDE` can evaluate. */
const { expression } = fc.letrec<{ expression: string; object: string }>((tie) => {
  const inner = tie("expression");
  const object = tie("object");
  const join = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
    fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((texts) => texts.join(""));
  return {
    object: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom("plain", "later(1)", "refuse", "thenable(2)", "null", "(void 0)", "[plain]", "`t`", "5.", "import.meta"),
      join("(", gap, inner, gap, ")"),
      join("(", inner, gap, ",", gap, inner, ")"),
      join(object, gap, fc.constantFrom(".", "?."), gap, fc.constantFrom("then", "catch", "finally", "name"), gap),
      join(object, gap, fc.constantFrom(".", "?."), gap, fc.constantFrom("then", "catch"), gap, "(", gap, inner, gap, ")"),
      join(object, gap, fc.constantFrom("?.then?.(", "?.finally?.("), inner, ")"),
      join(object, gap, fc.constantFrom("?.[", "["), inner, "]"),
      join("later(", inner, ")"),
    ),
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      object,
      join("say", gap, "(", inner, ")"),
      join("await", fc.constantFrom(" ", "\n", "/* ( */", " // (\n"), object),
      join("(await", gap, "(", inner, gap, ")", gap, ")", gap, ".then?.(say)"),
      join("typeof", gap, "(", inner, ")", gap, "?.then"),
      join("(x) => ", gap, "(", inner, ")").map((text) => (text.includes("await") ? "(x) => plain" : text)),
      join("await (async () => {", " for await", gap, "(const v of", gap, "[", inner, gap, "]", gap, ") say(v) })()"),
      join("[", inner, ",", gap, inner, "].length"),
    ),
  };
});

interface Outcome {
  readonly log: readonly string[];
  readonly error: string | undefined;
}

/** The import of the marks is replaced by arguments: a function costs far less than a module. */
async function evaluate(code: string): Promise<Outcome> {
  const script = code.replace(/import \{[^}]*\} from "heddle\/point"; /, "").replaceAll("import.meta", "meta");
  const same = (value: unknown): unknown => value;
  const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<string[]>;
  const names = ["point", "mark", "iterate"].map((name) => `__heddle_${name}`);
  const log = await new AsyncFunction(...names, "meta", `"use strict";${script}\nreturn log;`)(same, same, same, {});
  return { log, error: undefined };
}

async function outcome(code: string): Promise<Outcome> {
  try {
    const { log } = await importText(code);
    return { log: log as string[], error: undefined };
  } catch (error) {
    return { log: [], error: String(error) };
  }
}

async function importText(code: string): Promise<Record<string, unknown>> {
  const url = dataUrl(code.replace(`"${RUNTIME_MODULE}"`, JSON.stringify(RUNTIME)));
  return (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
}

function marked(code: string): string {
  return markModule(code, parseAst(parserInput(code), PARSER_OPTIONS), "/app/module.js")?.code ?? code;
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
