export interface RunnerCase {
  readonly name: string;
  readonly type: "commonjs" | "module";
  /** Brings a runtime of its own: Node's version makes no difference. */
  readonly isRuntime?: boolean;
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly run: string;
  readonly shows: readonly string[];
}

export interface Workspaces {
  readonly names: readonly string[];
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}
