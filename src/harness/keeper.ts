import type { Corpus, KeptSchedule } from "../corpus/corpus.ts";
import type { TestIdentity } from "../corpus/schedule-file.ts";
import { heddleVersion } from "../corpus/version.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import { stripEscapes } from "../report/layout.ts";
import { showValue } from "../report/values.ts";

const MOST_ERROR = 200;

/**
 * Keeps the failure of one exploration, from the moment it is found: as it is first, so that it is safe whatever
 * shrinking leads to, and what it was shrunk to in its place.
 */
export class Keeper {
  private readonly corpus: Corpus;
  private readonly identity: TestIdentity;
  private own: KeptSchedule | undefined;

  /** @param own - the file that is replayed, if it is one that was found and not shrunk yet. */
  constructor(corpus: Corpus, identity: TestIdentity, own: KeptSchedule | undefined) {
    this.corpus = corpus;
    this.identity = identity;
    this.own = own;
  }

  /** A failure was found, or is known more exactly: it is on the disk when this returns. */
  found(seed: string, { kind, error }: ExecutionFailure): void {
    this.replace({ seed, kind, error, sentence: "" });
  }

  /** It was shrunk and confirmed. Returns the path of its file, if it could be written. */
  confirmed(failure: ExecutionFailure & { readonly seed: string; readonly sentence: string }): string | undefined {
    return this.replace(failure)?.path;
  }

  /** What was found does not come about again, or needs no keeping. */
  withdraw(): void {
    if (this.own !== undefined) this.corpus.drop(this.own);
    this.own = undefined;
  }

  private replace({ seed, kind, error, sentence }: ExecutionFailure & { readonly seed: string; readonly sentence: string }): KeptSchedule | undefined {
    const record = { ...this.identity, seed, kind, error: errorLine(error), sentence, heddle: heddleVersion() };
    const isOthers = this.corpus.has(record);
    const kept = this.corpus.keep(record);
    // The new file is there: only now may the old one go.
    if (kept !== undefined && kept.path !== this.own?.path) {
      this.withdraw();
      if (!isOthers) this.own = kept;
    }
    return kept;
  }
}

/** The first line of an error, as a file keeps it. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${showValue(error)}`;
  return stripEscapes(text.split("\n")[0]!).slice(0, MOST_ERROR).trim();
}

/** Whether two such lines speak of the same failure: numbers in them may differ. */
export function isSameError(one: string, other: string): boolean {
  return one.replaceAll(/\d+/g, "0") === other.replaceAll(/\d+/g, "0");
}
