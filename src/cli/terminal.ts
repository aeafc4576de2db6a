/** Where a command writes, and how it hears that it shall end. */
export interface Terminal {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
  readonly colour: boolean;
  /** Cells. */
  readonly width: number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}
