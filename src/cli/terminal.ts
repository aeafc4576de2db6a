import { printable, printableInColour, withoutColours } from "../values/printable.ts";

/** Where a command writes, and how it hears that it shall end. */
export interface Terminal {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
  readonly colour: boolean;
  /** Cells: `Infinity` where the output is no terminal, and nothing needs to be cut or folded. */
  readonly width: number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Writes what a command has found, in whichever words the suite has put it. */
export function say({ out, colour }: Terminal, text: string): void {
  out.write(colour ? printableInColour(text) : printable(withoutColours(text)));
}

/** Writes why a command could not do what it was asked to. */
export function complain(error: NodeJS.WritableStream, text: string): void {
  error.write(`heddle: ${printable(withoutColours(text))}\n`);
}
