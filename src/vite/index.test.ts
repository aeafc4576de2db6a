import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, parseAst, type ConfigEnv, type Plugin, type UserConfig } from "vite";
import { afterAll, describe, expect, it, vi } from "vitest";
import { HeddleError } from "../engine/errors.ts";
import plugin, { heddle, type HeddlePluginOptions } from "./index.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url)).replaceAll("\\", "/");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "heddle-vite-")));
afterAll(() => rmSync(folder, { recursive: true }));

/** The plugin's transform in a context of its own. */
function transform(id: string, options?: HeddlePluginOptions, code = "await e"): { code: string } | undefined {
  return callTransform(heddle(options), code, id, vi.fn());
}

function callTransform(made: Plugin, code: string, id: string, warn: (text: string) => void): { code: string } | undefined {
  const hook = made.transform;
  const handler = (typeof hook === "function" ? hook : hook?.handler) as unknown;
  const context = { parse: parseAst, warn };
  return (handler as (this: object, code: string, id: string) => { code: string } | undefined).call(context, code, id);
}

describe("which modules are marked", () => {
  it.each([
    "/app/src/a.ts", "/app/src/a.tsx", "/app/a.mjs", "/app/a.cts", "/app/a.test.js", "/app/App.vue", "/app/a.js?v=1",
    "C:\\app\\src\\a.ts", "/app/node_modules_of_mine/a.js", `${REPOSITORY}examples/a.ts`, `${REPOSITORY}properties/a.test.ts`,
  ])("marks %s", (id) => {
    expect(transform(id)?.code).toContain("await __heddle_point( e)");
  });

  it.each([
    "/app/node_modules/p/a.js", "C:\\app\\node_modules\\p\\a.js", "\0virtual.js", "/app/a.js\0", "virtual:a.js", "/@vite/client.js",
    "/app/a.css", "/app/a.json", "/app/a.svg?import", "/app/a.html", "/app/a",
    `${REPOSITORY}src/engine/drive.ts`, `${REPOSITORY}dist/index.js`,
  ])("leaves %s alone", (id) => {
    expect(transform(id)).toBeUndefined();
  });

  it("follows include and exclude", () => {
    const options = { include: [/\/src\//g, /\/lib\//], exclude: [/\.gen\.ts$/y, /legacy/] };
    const plain = { include: [/\/src\//, /\/lib\//] };
    // Twice: a global expression keeps its place between two tests.
    for (const id of ["/app/src/a.ts", "/app/src/a.ts", "/app/lib/a.ts"]) expect(transform(id, options)).toBeDefined();
    expect(transform("/app/other/a.ts", options)).toBeUndefined();
    expect(transform("/app/src/legacy/a.ts", options)).toBeUndefined();
    expect(transform("/app/src/legacy/a.ts", plain)).toBeDefined();
    expect(transform("/app/node_modules/p/src/a.js", plain)).toBeUndefined();
    expect(transform("/app/a.ts", { include: [] })).toBeDefined();
  });

  it("changes nothing where nothing is to be marked", () => {
    expect(transform("/app/a.ts", {}, "export const a = 1;")).toBeUndefined();
    expect(transform("/app/a.ts", {}, "try { f(); } catch {}")).toBeUndefined();
    const once = transform("/app/a.ts")?.code ?? "";
    expect(transform("/app/a.ts", {}, once)).toBeUndefined();
  });

  it("says which module it could not parse, and leaves it to Vite", () => {
    const warn = vi.fn();
    expect(callTransform(heddle(), "await <div/>", "/app/a.jsx", warn)).toBeUndefined();
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/could not parse \/app\/a\.jsx, so its awaits are not marked/));
  });
});

describe("options", () => {
  it.each<[string, unknown]>([
    ['the Vite plugin has no option "includes": use "include", "exclude" or "fuzz" [BAD_OPTION]', { includes: [] }],
    ['the Vite plugin\'s option "fuzz" takes true or an object, not 100: fuzz: { runs: 200 } [BAD_OPTION]', { fuzz: 100 }],
    ['"fuzz" has no option "run": there are runs, order, latencyMs, timeMs, seed [BAD_OPTION]', { fuzz: { run: 5 } }],
    ['"fuzz.runs" is 0; it takes a whole number from 1 [BAD_OPTION]', { fuzz: { runs: 0 } }],
    ['"fuzz.order" is the text "any"; it takes one of production, latency, chaos, auto [BAD_OPTION]', { fuzz: { order: "any" } }],
    ['"fuzz.latencyMs" is the text "1s"; it takes a number of milliseconds from 0 [BAD_OPTION]', { fuzz: { latencyMs: "1s" } }],
    ['"fuzz.timeMs" is -1; it takes a number of milliseconds above 0 [BAD_OPTION]', { fuzz: { timeMs: -1 } }],
    ['"fuzz.seed" is the text ""; it takes a text [BAD_OPTION]', { fuzz: { seed: "" } }],
    ['the Vite plugin\'s option "include" must be an array of RegExp, not the text "src": include: [/\\/src\\//] [BAD_OPTION]', { include: "src" }],
    ['the Vite plugin\'s option "exclude" must be an array of RegExp, not the RegExp /a/ alone: exclude: [/\\/src\\//] [BAD_OPTION]', { exclude: /a/ }],
    ['the Vite plugin\'s option "exclude" must be an array of RegExp, not an array with the text "a" in it: exclude: [/\\/src\\//] [BAD_OPTION]', { exclude: [/b/, "a"] }],
    ["heddle() takes an object, not null: heddle({ exclude: [/…/] }) [BAD_OPTION]", null],
    ["heddle() takes an object, not an array with the text \"a\" in it: heddle({ exclude: [/…/] }) [BAD_OPTION]", ["a"]],
    ["heddle() takes an object, not 1: heddle({ exclude: [/…/] }) [BAD_OPTION]", 1],
  ])("%s", (message, options) => {
    expect(() => heddle(options as HeddlePluginOptions)).toThrow(new HeddleError("BAD_OPTION", message.replace(" [BAD_OPTION]", "")));
  });

  it("may be left out, or be undefined", () => {
    expect(plugin).toBe(heddle);
    // @ts-expect-error - exactOptionalPropertyTypes; plain JavaScript may do it.
    expect(heddle({ include: undefined }).name).toBe("heddle");
  });
});

describe("where it applies", () => {
  const applies = (environment: ConfigEnv): unknown => {
    const { apply } = heddle();
    return typeof apply === "function" ? apply({}, environment) : apply;
  };

  it("is under vitest only, never in a build", () => {
    expect(applies({ command: "serve", mode: "test" })).toBe(true);
    expect(applies({ command: "serve", mode: "benchmark" })).toBe(true);
    expect(applies({ command: "build", mode: "test" })).toBe(false);
    vi.stubEnv("VITEST", undefined);
    expect(applies({ command: "serve", mode: "development" })).toBe(false);
    expect(applies({ command: "serve", mode: "test" })).toBe(true);
    vi.unstubAllEnvs();
  });

  it("keeps heddle external and out of the optimizer", () => {
    const { config } = heddle();
    const made = (config as () => UserConfig & { test: { server: { deps: { external: RegExp[] } } } })();
    const [external] = made.test.server.deps.external;
    expect(external?.test(`${REPOSITORY}dist/point.js`)).toBe(true);
    expect(external?.test(`${REPOSITORY}src/point.ts`)).toBe(false);
    expect(external?.test(`/elsewhere${REPOSITORY}dist/point.js`)).toBe(false);
    expect(made.optimizeDeps?.exclude).toEqual(["heddle"]);
  });
});

describe("in a Vite server", () => {
  it("marks TypeScript after Vite has made JavaScript of it, and maps to the original", async () => {
    const file = join(folder, "a.ts");
    writeFileSync(file, "type T = {\n  a: number;\n};\nexport const f = async (x: Promise<T>): Promise<T> => {\n  return   await x as T;\n};\n");
    await withServer([heddle()], async (server) => {
      const result = await server.transformRequest(file, { ssr: true });
      expect(result?.code).toMatch(/await \(0, ?__vite_ssr_import_0__\.point\)\( ?x\)/);
      const map = result?.map;
      expect(map !== null && map !== undefined && "sourcesContent" in map ? map.sourcesContent?.[0] : "").toContain("as T");
    });
  });

  it("finds the plugin's own copy of heddle from wherever it is imported", async () => {
    const resolved: unknown[] = [];
    const other: Plugin = {
      name: "other",
      enforce: "pre",
      resolveId(source, importer) {
        if (source.startsWith("heddle")) resolved.push([source, importer]);
        return source.startsWith("heddle") ? `/copy/${source}.js` : null;
      },
    };
    await withServer([other, heddle()], async (server) => {
      const found = await server.pluginContainer.resolveId("heddle/point", join(folder, "a.ts"));
      expect(found?.id).toBe("/copy/heddle/point.js");
      expect((await server.pluginContainer.resolveId("heddle-not", join(folder, "a.ts")))?.id).toBe("/copy/heddle-not.js");
    });
    expect(resolved).toEqual([
      ["heddle/point", fileURLToPath(new URL("index.ts", import.meta.url))],
      ["heddle-not", join(folder, "a.ts")],
    ]);
  });
});

type Server = Awaited<ReturnType<typeof createServer>>;

async function withServer(plugins: Plugin[], use: (server: Server) => Promise<void>): Promise<void> {
  const server = await createServer({
    configFile: false, root: folder, plugins, logLevel: "silent", server: { middlewareMode: true, ws: false, watch: null },
  });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}
