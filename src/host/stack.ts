import { natives, nodeProcess } from "./natives.ts";
import { ownFolder } from "./own-place.ts";
import { environment } from "./process/environment.ts";
import type { Site } from "../report/timeline.ts";
import { stackOf } from "../values/thrown.ts";

/**
 * Whether files of this path are the user's own: not a package's, not the runtime's, not heddle's.
 */
function isUserFile(file: string | undefined | null): boolean {
  if (file === undefined || file === null || file === "") return false;
  if (file.startsWith("node:") || file.startsWith("internal/") || file.startsWith("ext:")) return false;
  if (file.includes("/node_modules/") || file.includes("\\node_modules\\")) return false;
  return !isOwnFile(file);
}

/** The package's folder. Its files may be named as they run (dist) or as a source map names them (src). */
const OWN_ROOT = ownFolder.replace(/\/(?:dist\/cjs|dist|src)\/$/, "");
const OWN_ROOTS: readonly string[] = [OWN_ROOT, toPath(OWN_ROOT)];
/** heddle's rooms: its own examples and tests, which stand beside them, are users like any other. */
const OWN_FILE = /^\/(?:dist|src)\/(?:cjs|adapters|browser|engine|explain|host|strategies|subjects|corpus|harness|runners|report|values|fast-check|histories|vitest|vite|cli|index|point)\b(?!.*\.(?:test|fixture)\.)/;

function isOwnFile(file: string): boolean {
  return OWN_ROOTS.some((root) => file.startsWith(root) && OWN_FILE.test(file.slice(root.length)));
}

const holder: { stack?: unknown } = {};

/** Hands out the raw frames instead of text: formatting is what costs most. */
function rawFrames(_error: unknown, frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return frames;
}

function frameAbove(above: Function): NodeJS.CallSite | undefined {
  return framesAbove(above, 1)[0];
}

function framesAbove(above: Function, most: number): readonly NodeJS.CallSite[] {
  const limit = Error.stackTraceLimit;
  const prepare = Error.prepareStackTrace;
  Error.stackTraceLimit = most;
  Error.prepareStackTrace = rawFrames;
  try {
    Error.captureStackTrace(holder, above);
    const frames = holder.stack as readonly NodeJS.CallSite[] | string;
    return typeof frames === "string" ? [] : frames;
  } finally {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = prepare;
  }
}

function fileOf(frame: NodeJS.CallSite): string | null | undefined {
  return frame.getFileName() ?? frame.getScriptNameOrSourceURL();
}

/** Frames that are looked through for one of the user's. */
const LOOKED_THROUGH = 10;

/**
 * The innermost place of the user's own code among those that led to `above`, as the runtime has it: not taken through
 * source maps. It costs a few µs, and serves as a name for the place. `undefined` where there is none.
 */
export function rawUserPlace(above: Function): string | undefined {
  const frame = framesAbove(above, LOOKED_THROUGH).find((one) => isUserFile(fileOf(one)));
  return frame === undefined ? undefined : `${fileOf(frame)}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
}

/** Frames that tell one call of a function from others. */
const OF_CALL = 4;

/** Tells by which call of its function `above` was called: two such calls have it in common, wherever in that function they stand. */
export function callOf(above: Function): string {
  return framesAbove(above, OF_CALL).slice(1).map((frame) => `${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`).join("\n");
}

/** The path or the address of the innermost file of the user's own among those that led to `above`, as the runtime has it. */
export function callerFile(above: Function): string | undefined {
  return framesAbove(above, LOOKED_THROUGH).map(fileOf).find(isUserFile) ?? undefined;
}

/** Files that are plainly not the user's. */
const FOREIGN = /^(?:node|internal|builtin|bun):|[\\/]node_modules[\\/]/;

/** Whether the function that called `above` stands in the user's own code. One frame: 1 to 2 µs. */
export function isCalledByUser(above: Function): boolean {
  const frame = frameAbove(above);
  const file = frame === undefined ? undefined : fileOf(frame);
  // Bun makes proper tail calls besides, so the frame may be anybody's: there only what is plainly another's is not.
  return awaitsAreSeen ? isUserFile(file) : !FOREIGN.test(file ?? "");
}

/**
 * Whether the function that awaits is on the stack when its `await` reads `constructor`. It is in V8; in JavaScriptCore
 * it has been left by then, so there (Bun) nobody can tell whose await it is.
 */
export const awaitsAreSeen: boolean = seesAwaits();

function seesAwaits(): boolean {
  let seen: string | null | undefined;
  const promise = Promise.resolve();
  function answer(): unknown {
    seen = frameAbove(answer)?.getFunctionName();
    return natives.Promise;
  }
  Reflect.defineProperty(promise, "constructor", { get: answer });
  async function awaiting(): Promise<void> {
    await promise;
  }
  void awaiting();
  return seen === "awaiting";
}

/** Whether the code that called `above` may be the body's: neither the runtime's, nor heddle's, nor the runner's. */
export function isCalledByProgram(above: Function): boolean {
  const file = frameAbove(above)?.getFileName() ?? "";
  return file !== "" && !file.startsWith("node:") && !isOwnFile(file) && !/[\\/]node_modules[\\/](?:vitest|@vitest|vite)[\\/]/.test(file);
}

/** Whether the function that called `above` is the runtime's own. */
export function isCalledByRuntime(above: Function): boolean {
  const file = frameAbove(above)?.getFileName() ?? "";
  return file.startsWith("node:") || file.startsWith("ext:");
}

/** Whether the function that called `above` stands in this module of the runtime. */
export function isCalledFrom(above: Function, module: string): boolean {
  return frameAbove(above)?.getFileName() === module;
}

/** The runtime's loader of modules. */
const LOADER = /^node:internal\/modules\//;
/** Frames that are looked through for it. */
const LOADER_FRAMES = 20;

/** Whether `above` was called by the runtime itself, as it loads a module. */
export function isCalledByLoader(above: Function): boolean {
  return framesAbove(above, LOADER_FRAMES).some((frame) => LOADER.test(frame.getFileName() ?? ""));
}

/** The runtimes' own functions that run the microtask queue. */
const JOB_RUNNERS = /^(?:process\.)?(?:processTicksAndRejections|runNextTicks|runMicrotasks|drainTicks)$/;

/** Whether `above` was called by the microtask queue itself, with nobody's JavaScript below it. */
export function isCalledByJob(above: Function): boolean {
  const frame = frameAbove(above);
  return frame === undefined || frame.isAsync?.() === true || JOB_RUNNERS.test(frame.getFunctionName() ?? "");
}

/** Frames of heddle's own between a body and the event loop. */
const OWN_FRAMES = 12;

/**
 * Lets stacks have as many frames more as heddle's own take: V8 puts the async functions that wait last, and leaves out
 * what is above its limit.
 * @returns takes it back.
 */
export function deepenStacks(): () => void {
  const limit: unknown = Error.stackTraceLimit;
  if (typeof limit !== "number" || !(limit > 1)) return () => undefined;
  const deeper = limit + OWN_FRAMES;
  Error.stackTraceLimit = deeper;
  return () => {
    if (Error.stackTraceLimit === deeper) Error.stackTraceLimit = limit;
  };
}

/** A stack that is formatted (and taken through source maps, where the runtime does that) when it is read. */
export interface CapturedStack {
  readonly stack?: string;
}

export function captureStack(above: Function): CapturedStack {
  const captured: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  if (isMapped()) keepNames(captured, above);
  else Error.captureStackTrace(captured, above);
  Error.stackTraceLimit = limit;
  return captured;
}

/** Of the function that Node itself has in `Error.prepareStackTrace`. */
const NODES_OWN = "ErrorPrepareStackTrace";

/** Whether somebody maps stacks to sources: Jest does it from another realm. */
function isMapped(): boolean {
  const prepare: unknown = Error.prepareStackTrace;
  if (typeof prepare === "function" && prepare.name !== NODES_OWN) return true;
  return nodeProcess.sourceMapsEnabled === true || environment()["JEST_WORKER_ID"] !== undefined;
}

/**
 * Who maps stacks by themselves (Jest, Mocha with ts-node) name a frame after what it calls, where the source map has that
 * name: the places are theirs, the functions' names are V8's.
 */
function keepNames(captured: { stack?: string }, above: Function): void {
  const prepare = Error.prepareStackTrace;
  const raw: { stack?: unknown } = {};
  Error.prepareStackTrace = rawFrames;
  Error.captureStackTrace(raw, above);
  const frames = raw.stack as readonly NodeJS.CallSite[] | string;
  Error.prepareStackTrace = prepare;
  const names = typeof frames === "string" ? [] : frames.map((frame) => frame.getFunctionName());
  const mapped: { stack?: string } = {};
  Error.captureStackTrace(mapped, above);
  Object.defineProperty(captured, "stack", { get: () => renamed(mapped.stack ?? "", names), enumerable: false, configurable: true });
}

function renamed(text: string, names: readonly (string | null)[]): string {
  const lines = text.split("\n");
  const frames = lines.flatMap((line, index) => (/^\s*at /.test(line) ? [index] : []));
  if (frames.length !== names.length) return text;
  for (const [at, index] of frames.entries()) {
    const name = names[at];
    if (typeof name !== "string" || name === "") continue;
    lines[index] = lines[index]!.replace(/^(\s*at (?:async )?)\S+(?: \[as .*?\])? \((.*)\)$/, (_all, head: string, place: string) => `${head}${name} (${place})`);
  }
  return lines.join("\n");
}

/** What a body is run by: at the bottom of every stack, and nobody's cause. */
const RUNNERS: ReadonlySet<string> = new Set(["vitest", "@vitest/runner", "vite", "tinypool"]);

const FRAME = /^\s*at (?:(async )?(.*?) \()?(?:async )?(.*?):(\d+):(\d+)\)?$/;

/** A frame's line is shorter: what is longer is part of a message, and would take the expression long to refuse. */
const LONGEST_LINE = 1000;

/** The lines of a stack. An error's own may be anything: its program may have written it. */
function linesOf(captured: unknown): string[] {
  return stackOf(captured).split("\n").filter(({ length }) => length <= LONGEST_LINE);
}

/** The user's frames of a stack, innermost first; those that wait for it with `await`, only if all are wanted. */
export function userSites(captured: CapturedStack, wanted: "all" | "synchronous" = "all"): Site[] {
  const sites: Site[] = [];
  for (const line of wanted === "synchronous" ? synchronousLines(captured) : linesOf(captured)) {
    const match = FRAME.exec(line);
    const site = match === null ? undefined : siteOf(match);
    if (site !== undefined) sites.push(site);
  }
  return sites;
}

/** The place of a frame, if that is the user's. */
function siteOf(frame: RegExpExecArray): Site | undefined {
  const file = toPath(frame[3]!);
  if (!isUserFile(frame[3]) || !isUserFile(file)) return undefined;
  return { file, line: Number(frame[4]), column: Number(frame[5]), functionName: cleanName(frame[2]) };
}

/** The frames of calls that have not returned: those that wait for one another come behind them. */
function synchronousLines(captured: CapturedStack): readonly string[] {
  const lines = linesOf(captured);
  const awaited = lines.findIndex((line) => /^\s*at async /.test(line));
  return awaited < 0 ? lines : lines.slice(0, awaited);
}

/** What a stack tells of the calls that have not returned. */
export interface OpenCalls {
  /** The user's frames, innermost first, but those that a package has called which was itself called by the user. */
  readonly frames: readonly Site[];
  /** They were called by a package, and that by nobody of the user's. */
  readonly isCalledByPackage: boolean;
  /** The innermost of them is the innermost of all: what happens there is not done by something that it called. */
  readonly isInnermost: boolean;
  /** All frames, those of packages included: where two stacks have this in common, they stand at one place of the source. */
  readonly place: string;
  /** It is the executor of a promise that asks, and the innermost of the frames is where the promise is made. */
  readonly isExecutor: boolean;
}

const EXECUTED = /^\s*at new Promise \(<anonymous>\)/;

/** The user's synchronous calls: a callback, or a method of a fake, is part of the call that it was handed to. */
export function openCalls(captured: CapturedStack): OpenCalls {
  const sites: (Site | undefined)[] = [];
  let place = "";
  let isExecutor = false;
  /** Of the line above. */
  let called: Site | undefined;
  for (const line of synchronousLines(captured)) {
    // What `new Promise` calls is part of who makes the promise.
    if (EXECUTED.test(line) && called !== undefined && called.functionName === undefined) {
      sites.pop();
      isExecutor ||= sites.length === 0;
    }
    const frame = programFrame(line);
    called = frame && siteOf(frame);
    if (frame === undefined) continue;
    place += `${line}\n`;
    const site = called;
    // `undefined` stands for a package's.
    if (site !== undefined || packageOf(frame) !== undefined) sites.push(site);
  }
  const outermost = sites.findLastIndex((site) => site !== undefined);
  const between = sites.slice(0, outermost + 1).lastIndexOf(undefined);
  return { frames: sites.slice(between + 1, outermost + 1) as Site[], isCalledByPackage: outermost < sites.length - 1, isInnermost: between < 0, place, isExecutor };
}

/** A stack as text, without heddle's frames. */
export function withoutOwnFrames(stack: string): string {
  return stack.split("\n").filter((line) => {
    const file = line.length > LONGEST_LINE ? undefined : FRAME.exec(line)?.[3];
    return file === undefined || !(isOwnFile(file) || isOwnFile(toPath(file)));
  }).join("\n");
}

/** Where a stack stands in a package, when it does: its innermost frame's function, and the package. */
export function packagePlace(captured: CapturedStack): string | undefined {
  const site = packageSite(captured);
  if (site === undefined) return undefined;
  return site.functionName === undefined ? site.package : `${site.functionName} of ${site.package}`;
}

/** The innermost frame of a stack, when that is a package's. */
export function packageSite(captured: CapturedStack): PackageSite | undefined {
  for (const line of linesOf(captured)) {
    const frame = programFrame(line);
    if (frame !== undefined) return packageOf(frame);
  }
  return undefined;
}

/** A place in a package. */
export type PackageSite = Site & { readonly package: string };

/** A stack's frames that stand in packages, innermost first, wherever the user's are; none of the runner's. */
export function packageSites(captured: CapturedStack): PackageSite[] {
  return linesOf(captured).flatMap((line) => {
    const frame = programFrame(line);
    return (frame === undefined ? undefined : packageOf(frame)) ?? [];
  });
}

/** The package's frame that called the user's innermost function, as it calls a callback or a method of a fake. */
export function packageCaller(captured: CapturedStack): PackageSite | undefined {
  const frames = synchronousLines(captured).map(programFrame).filter((frame) => frame !== undefined);
  const user = frames.findIndex((frame) => siteOf(frame) !== undefined);
  const caller = user < 0 ? undefined : frames.slice(user).find((frame) => siteOf(frame) === undefined);
  return caller && packageOf(caller);
}

/** A frame that is neither the runtime's nor heddle's. */
function programFrame(line: string): RegExpExecArray | undefined {
  const match = FRAME.exec(line);
  return match === null || isOwnFile(match[3]!) || match[3]!.startsWith("node:") ? undefined : match;
}

function packageOf(frame: RegExpExecArray): PackageSite | undefined {
  const file = toPath(frame[3]!);
  const name = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](?!.*[\\/]node_modules[\\/])/.exec(file)?.[1];
  if (name === undefined || RUNNERS.has(name)) return undefined;
  return { file, line: Number(frame[4]), column: Number(frame[5]), functionName: cleanName(frame[2]), package: name };
}

function toPath(file: string): string {
  if (!file.startsWith("file://")) return file;
  const path = file.slice("file://".length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // No address that any runtime would write.
  }
}

function cleanName(name: string | undefined): string | undefined {
  if (name === undefined || name === "<anonymous>" || name === "eval") return undefined;
  const plain = name.replace(/^(?:async |new )/, "").replace(/ \[as .*\]$/, "").replace(/^(?:Object|Module)\./, "");
  // V8 names a function without a name after the property of the timer that holds it: heddle's, or the runtime's own.
  if (/^(?:VirtualTimer|VirtualImmediate|Timeout|Immediate)\.(?:callback|_onTimeout|_onImmediate)$/.test(plain)) return undefined;
  // V8 names an arrow function after the call that it is an argument of: that says nothing of it.
  // And Vite gives a default export without a name one of its own.
  return /(?:^|\.)<anonymous>$/.test(plain) || /^(?:(?:explore|race|test|it|describe)\.|__vite_ssr_)/.test(plain) ? undefined : plain;
}
