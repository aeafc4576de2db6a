/** How a file is run: without heddle, or as a body under an order. */
export type Mode = "native" | "production" | "latency" | "chaos";

/** A file of test262, as far as its front matter says how it is to be run. */
export interface TestFile {
  /** Of the suite, with `/` between folders. */
  readonly name: string;
  readonly path: string;
  readonly includes: readonly string[];
  readonly isModule: boolean;
  readonly isStrict: boolean;
  /** The name of the error that the file has to end with. */
  readonly negative?: string;
}

/** What a worker is asked to run. */
export interface Request {
  readonly file: TestFile;
  readonly mode: Mode;
  /**
   * As the suite demands: as a script, in a realm in which nothing has run. Else within a function, whose declarations
   * go with it.
   */
  readonly isAlone: boolean;
}

export interface Result {
  readonly passed: boolean;
  readonly message: string;
  /** Something of the realm is not as it was: nothing else may run in it. */
  readonly changed: boolean;
}

export interface Row {
  readonly file: TestFile;
  readonly results: Readonly<Record<Mode, Result | undefined>>;
}
