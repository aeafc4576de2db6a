import type { Step } from "../step.ts";
import { EarlierStep } from "./earlier-step.ts";
import { nativeFiles, type NativeFiles } from "./native-files.ts";
import { accessesOf, type FileAccess } from "./places.ts";
import type { StepKind } from "./table.ts";

/*
 * A copy is first an empty file, then a part, then the whole: Node's native code opens both files, empties the target, and
 * copies piece by piece. It is done here as that code does it. Where it is going to fail, the native code says how.
 */

/** Files from here on are seen half copied. */
const LARGE = 64 * 1024;
/** Bytes that are copied at once. */
const PIECE = 1024 * 1024;

const COPYING: StepKind = { effects: [[0, "look"], [1, "entry"], [1, "change"]] };

/**
 * @param values - those of the binding's `copyFile`: source, target, mode.
 * @param last - the same call, for where it is going to fail.
 * @param told - tells whoever has called.
 * @returns the first step, `undefined` where the copy is not made byte by byte.
 */
export function splitCopy(values: readonly unknown[], last: Step, told: (error: unknown) => void): Step | undefined {
  const [source, target, given] = values;
  if (typeof source !== "string" || typeof target !== "string") return undefined;
  const mode = typeof given === "number" ? given : 0;
  const { constants } = nativeFiles();
  if ((mode & constants["COPYFILE_FICLONE_FORCE"]!) !== 0) return undefined;
  const copy = new Copy(source, target, (mode & constants["COPYFILE_EXCL"]!) !== 0);
  const label = "fs.copyFile";
  const effects = (): readonly FileAccess[] => accessesOf(COPYING, [source, target]);
  const finish: Step = {
    label,
    effects,
    isCertain: true,
    begin(over) {
      const error = copy.finish();
      over(() => told(error));
    },
    refuse(error) {
      copy.close();
      told(error);
    },
  };
  const half = new EarlierStep(label, effects, () => copy.copyTo(1 / 2), () => finish, finish);
  return new EarlierStep(label, effects, () => copy.open(), () => (copy.size < LARGE ? finish : half), last);
}

/** One copy, with its two files open. */
class Copy {
  size: number = 0;
  private readonly files: NativeFiles = nativeFiles();
  private readonly source: string;
  private readonly target: string;
  private readonly isExclusive: boolean;
  private from = -1;
  private to = -1;
  private copied = 0;

  constructor(source: string, target: string, isExclusive: boolean) {
    this.source = source;
    this.target = target;
    this.isExclusive = isExclusive;
  }

  /** Throws where the native code is to do it, or to fail. */
  open(): void {
    const { files } = this;
    const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = files.constants;
    try {
      this.from = files.openSync(this.source, O_RDONLY!);
      const from = files.fstatSync(this.from);
      if (!from.isFile()) throw new Error("only files are copied here");
      this.size = from.size;
      this.to = files.openSync(this.target, O_WRONLY! | O_CREAT! | (this.isExclusive ? O_EXCL! : 0), from.mode);
      const to = files.fstatSync(this.to);
      if (to.ino === from.ino && to.dev === from.dev) throw new Error("a file is not copied onto itself");
      files.ftruncateSync(this.to, 0);
      files.fchmodSync(this.to, from.mode);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @param share - of the source as it was when it was opened. */
  copyTo(share: number): void {
    const { files } = this;
    const end = Math.floor(this.size * share);
    const buffer = new Uint8Array(Math.min(PIECE, Math.max(1, end - this.copied)));
    while (this.copied < end) {
      const read = files.readSync(this.from, buffer, 0, Math.min(buffer.length, end - this.copied), this.copied);
      if (read === 0) return;
      files.writeSync(this.to, buffer, 0, read, this.copied);
      this.copied += read;
    }
  }

  /** @returns what went wrong, or `null`. */
  finish(): unknown {
    try {
      this.copyTo(1);
      return null;
    } catch (error) {
      return error;
    } finally {
      this.close();
    }
  }

  close(): void {
    for (const descriptor of [this.from, this.to]) if (descriptor >= 0) this.files.closeSync(descriptor);
    [this.from, this.to] = [-1, -1];
  }
}
