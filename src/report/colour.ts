/** What decides about colour: the environment's variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a report should be coloured. `NO_COLOR` wins over all (as in picocolors and tinyrainbow, which
 * the test runners use, so that one report isn't half coloured), then `FORCE_COLOR`, then `CI` and a dumb
 * terminal, which are plain; else it is the stream's being a terminal.
 */
export function wantsColour(env: Environment, isTTY: boolean): boolean {
  if (isSet(env["NO_COLOR"])) return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (isSet(env["CI"]) && env["CI"] !== "false") return false;
  if (env["TERM"] === "dumb") return false;
  return isTTY;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** Puts a text in a style, or leaves it as it is. */
export type Paint = (text: string) => string;

/** The six styles that reports use, each a no-op where colour is off. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

const plain: Paint = (text) => text;

const colourless: Palette = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** Bold and dim share their "off" code, so styles must not be nested: paint pieces side by side. */
const coloured: Palette = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  red: ansi(31, 39),
  green: ansi(32, 39),
  yellow: ansi(33, 39),
  cyan: ansi(36, 39),
};

/** The styles to paint with. A table of its own: `node:util` would tie the reports to a host. */
export function palette(colour: boolean): Palette {
  return colour ? coloured : colourless;
}

function ansi(on: number, off: number): Paint {
  return (text) => (text === "" ? text : `\u001b[${on}m${text}\u001b[${off}m`);
}
