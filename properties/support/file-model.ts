/**
 * Files as the kernel keeps them, in memory, and Node's functions as the system calls in which they work: every outcome
 * that a program of concurrent operations can have, found by trying all interleavings of their calls. Written from Node's
 * source and the manual pages of the calls, and from nothing of heddle's.
 */

export type FileOperation =
  | { readonly type: "writeFile" | "appendFile"; readonly path: string; readonly text: string }
  | { readonly type: "readFile" | "stat" | "unlink" | "mkdir" | "rmdir" | "readdir" | "access"; readonly path: string }
  | { readonly type: "rename" | "copyFile"; readonly from: string; readonly to: string };

/** Tasks that run at once; the operations of each are awaited one after the other. */
export type FileProgram = readonly (readonly FileOperation[])[];

interface FileNode {
  readonly kind: "file";
  text: string;
}

interface FolderNode {
  readonly kind: "folder";
  readonly entries: Map<string, TreeNode>;
}

type TreeNode = FileNode | FolderNode;

class CallError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

function fail(code: string): never {
  throw new CallError(code);
}

/** Paths are names, or a name in a folder: "a", "d/a". */
class Tree {
  readonly root: FolderNode = { kind: "folder", entries: new Map() };

  folderOf(path: string): { readonly folder: FolderNode; readonly name: string } {
    const names = path.split("/");
    let folder = this.root;
    for (const name of names.slice(0, -1)) {
      const next = folder.entries.get(name) ?? fail("ENOENT");
      folder = next.kind === "folder" ? next : fail("ENOTDIR");
    }
    return { folder, name: names.at(-1)! };
  }

  find(path: string): TreeNode | undefined {
    const { folder, name } = this.folderOf(path);
    return folder.entries.get(name);
  }

  get(path: string): TreeNode {
    return this.find(path) ?? fail("ENOENT");
  }

  text(): string {
    const lines: string[] = [];
    const walk = (folder: FolderNode, prefix: string): void => {
      for (const [name, node] of [...folder.entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
        lines.push(node.kind === "file" ? `${prefix}${name}=${node.text}` : `${prefix}${name}/`);
        if (node.kind === "folder") walk(node, `${prefix}${name}/`);
      }
    };
    walk(this.root, "");
    return lines.join(" ");
  }
}

/** Each `yield` stands in front of one system call. */
type Calls = Generator<undefined, string, void>;

function* callsOf(tree: Tree, operation: FileOperation): Calls {
  yield;
  switch (operation.type) {
    case "writeFile":
    case "appendFile":
      return yield* write(tree, operation.path, operation.text, operation.type === "appendFile");
    case "readFile":
      return yield* read(tree, operation.path);
    case "copyFile":
      return yield* copy(tree, operation.from, operation.to);
    default:
      return atOnce(tree, operation);
  }
}

/** open, write, close. */
function* write(tree: Tree, path: string, text: string, appends: boolean): Calls {
  const { folder, name } = tree.folderOf(path);
  const found = folder.entries.get(name) ?? ({ kind: "file", text: "" } satisfies FileNode);
  if (found.kind === "folder") fail("EISDIR");
  if (!appends) found.text = "";
  folder.entries.set(name, found);
  yield;
  const at = appends ? found.text.length : 0;
  if (text !== "") {
    found.text = found.text.slice(0, at) + text + found.text.slice(at + text.length);
    yield;
  }
  return "written";
}

/** open, fstat, read (again until there is no more, where the file was empty), close. */
function* read(tree: Tree, path: string): Calls {
  const node = tree.get(path);
  yield;
  const size = node.kind === "file" ? node.text.length : 0;
  yield;
  if (node.kind === "folder") {
    // The handle is closed before anybody is told.
    yield;
    fail("EISDIR");
  }
  let text = node.text.slice(0, size === 0 ? undefined : size);
  if (size === 0 && text !== "") {
    for (let position = text.length; ; position = text.length) {
      yield;
      const more = node.text.slice(position);
      if (more === "") break;
      text += more;
    }
  }
  yield;
  return text;
}

/** The target is opened and emptied, then filled. */
function* copy(tree: Tree, from: string, to: string): Calls {
  const source = tree.get(from);
  if (source.kind === "folder") fail("EISDIR");
  const { folder, name } = tree.folderOf(to);
  const target = folder.entries.get(name) ?? ({ kind: "file", text: "" } satisfies FileNode);
  if (target.kind === "folder") fail("EISDIR");
  if (target === source) return "copied";
  target.text = "";
  folder.entries.set(name, target);
  const size = source.text.length;
  yield;
  const copied = source.text.slice(0, size);
  target.text = copied + target.text.slice(copied.length);
  return "copied";
}

function atOnce(tree: Tree, operation: FileOperation): string {
  switch (operation.type) {
    case "access":
      tree.get(operation.path);
      return "there";
    case "stat": {
      const node = tree.get(operation.path);
      return node.kind === "file" ? `file of ${node.text.length}` : "folder";
    }
    case "readdir": {
      const node = tree.get(operation.path);
      return node.kind === "folder" ? `[${[...node.entries.keys()].sort().join()}]` : fail("ENOTDIR");
    }
    case "unlink": {
      const { folder, name } = tree.folderOf(operation.path);
      const node = folder.entries.get(name) ?? fail("ENOENT");
      if (node.kind === "folder") fail("EISDIR");
      folder.entries.delete(name);
      return "removed";
    }
    case "mkdir": {
      const { folder, name } = tree.folderOf(operation.path);
      if (folder.entries.has(name)) fail("EEXIST");
      folder.entries.set(name, { kind: "folder", entries: new Map() });
      return "made";
    }
    case "rmdir": {
      const { folder, name } = tree.folderOf(operation.path);
      const node = folder.entries.get(name) ?? fail("ENOENT");
      if (node.kind === "file") fail("ENOTDIR");
      if (node.entries.size > 0) fail("ENOTEMPTY");
      folder.entries.delete(name);
      return "removed";
    }
    case "rename":
      return rename(tree, operation.from, operation.to);
    default:
      throw new Error(`${operation.type} takes several calls`);
  }
}

function rename(tree: Tree, from: string, to: string): string {
  const source = tree.folderOf(from);
  const target = tree.folderOf(to);
  const node = source.folder.entries.get(source.name) ?? fail("ENOENT");
  const old = target.folder.entries.get(target.name);
  if (old === node) return "renamed";
  if (node.kind === "folder" && `${to}/`.startsWith(`${from}/`)) fail("EINVAL");
  // A folder that the source is in is not empty, whatever it is replaced by.
  if (`${from}/`.startsWith(`${to}/`)) fail("ENOTEMPTY");
  if (old !== undefined) {
    if (old.kind === "folder" && node.kind === "file") fail("EISDIR");
    if (old.kind === "file" && node.kind === "folder") fail("ENOTDIR");
    if (old.kind === "folder" && old.entries.size > 0) fail("ENOTEMPTY");
  }
  source.folder.entries.delete(source.name);
  target.folder.entries.set(target.name, node);
  return "renamed";
}

/** One run of a program, whose next call is that of a task's. */
class Run {
  readonly tree: Tree = new Tree();
  private readonly program: FileProgram;
  private readonly calls: (Calls | undefined)[];
  private readonly answers: string[][];

  constructor(program: FileProgram) {
    this.program = program;
    setUp(this.tree);
    this.answers = program.map(() => []);
    this.calls = program.map((_task, index) => this.next(index));
  }

  get open(): readonly number[] {
    return this.calls.flatMap((calls, index) => (calls === undefined ? [] : [index]));
  }

  step(task: number): void {
    const answer = this.advance(this.calls[task]!);
    if (answer === undefined) return;
    this.answers[task]!.push(answer);
    this.calls[task] = this.next(task);
  }

  get outcome(): string {
    return outcomeOf(this.answers, this.tree.text());
  }

  private next(task: number): Calls | undefined {
    const operation = this.program[task]![this.answers[task]!.length];
    if (operation === undefined) return undefined;
    const calls = callsOf(this.tree, operation);
    calls.next();
    return calls;
  }

  private advance(calls: Calls): string | undefined {
    try {
      const { done, value } = calls.next();
      return done === true ? value : undefined;
    } catch (error) {
      if (error instanceof CallError) return error.code;
      throw error;
    }
  }
}

/** What there is before: a file, and a folder with a file in it. */
function setUp(tree: Tree): void {
  tree.root.entries.set("a", { kind: "file", text: "old" });
  tree.root.entries.set("d", { kind: "folder", entries: new Map([["x", { kind: "file", text: "x" }]]) });
}

export function outcomeOf(answers: readonly (readonly string[])[], tree: string): string {
  return `${answers.map((one) => one.join(", ")).join(" | ")} -> ${tree}`;
}

/** Every outcome of a program; `undefined` if there are too many interleavings to try. */
export function modelOutcomes(program: FileProgram, most: number): ReadonlySet<string> | undefined {
  const outcomes = new Set<string>();
  const path: number[] = [];
  for (let runs = 0; runs < most; runs += 1) {
    const run = new Run(program);
    const widths: number[] = [];
    for (let depth = 0; run.open.length > 0; depth += 1) {
      const { open } = run;
      widths.push(open.length);
      run.step(open[path[depth] ?? 0]!);
    }
    outcomes.add(run.outcome);
    path.length = widths.length;
    for (let depth = 0; depth < path.length; depth += 1) path[depth] ??= 0;
    while (path.length > 0 && path.at(-1)! + 1 >= widths[path.length - 1]!) path.pop();
    if (path.length === 0) return outcomes;
    path[path.length - 1]! += 1;
  }
  return undefined;
}
