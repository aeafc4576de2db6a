import type { Corpus, KeptSchedule } from "../corpus/corpus.ts";
import type { TestIdentity } from "../corpus/schedule-file.ts";
import { heddleVersion } from "../corpus/version.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import { withoutColours } from "../values/printable.ts";
import { thrownText } from "../values/thrown.ts";

const MOST_ERROR = 200;

/**
 * Keeps the failure of one exploration, from the moment it is found: as it is first, so that it is safe whatever
 * shrinking leads to, and what it was shrunk to in its place.
 */
export class Keeper {
  private readonly corpus: Corpus;
  private readonly identity: TestIdentity;
  private own: readonly KeptSchedule[];

  /** @param own - the file that is replayed, if it is one that was found and not shrunk yet. */
  constructor(corpus: Corpus, identity: TestIdentity, own?: KeptSchedule) {
    this.corpus = corpus;
    this.identity = identity;
    this.own = own === undefined ? [] : [own];
  }

  /** What it has written, and would withdraw. */
  get provisional(): readonly KeptSchedule[] {
    return this.own;
  }

  /** Takes over what other threads have written for the same exploration. */
  adopt(others: readonly KeptSchedule[]): void {
    this.own = [...this.own, ...others];
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
    for (const kept of this.own) this.corpus.drop(kept);
    this.own = [];
  }

  private replace({ seed, kind, error, sentence }: ExecutionFailure & { readonly seed: string; readonly sentence: string }): KeptSchedule | undefined {
    const record = { ...this.identity, seed, kind, error: errorLine(error), sentence, heddle: heddleVersion() };
    const isNew = !this.corpus.has(record);
    const kept = this.corpus.keep(record);
    if (kept === undefined) return undefined;
    // The new file is there: only now may the old ones go.
    const isOwn = isNew || this.own.some(({ path }) => path === kept.path);
    this.own = this.own.filter(({ path }) => path !== kept.path);
    this.withdraw();
    if (isOwn) this.own = [kept];
    return kept;
  }
}

/** The first line of an error, as a file keeps it. */
export function errorLine(error: unknown): string {
  return withoutColours(thrownText(error).split("\n")[0]!).slice(0, MOST_ERROR).trim();
}

/** Whether two such lines speak of the same failure: numbers in them may differ. */
export function isSameError(one: string, other: string): boolean {
  return one.replaceAll(/\d+/g, "0") === other.replaceAll(/\d+/g, "0");
}
