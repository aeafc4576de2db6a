import type { FileAccess } from "./files/places.ts";

/** One thing that the machine is asked to do. */
export interface Step {
  /** For the report. */
  readonly label: string;
  /** What it does to what, as far as that can be said before it begins. */
  readonly effects: () => readonly FileAccess[];
  /** Whether it ends by itself, whatever else is done or not. To be asked for behind `effects`. */
  readonly isCertain: boolean;
  /**
   * Begins it natively.
   * @param over - to be called once it has ended, with nothing else on the stack. What it is given tells whoever has
   *   asked: the runtime's JavaScript, which may ask for the next step.
   */
  begin(over: (tell: () => void) => void): void;
  /** The path that it is given, where it is given one. */
  readonly path?: string | undefined;
  /** Has a write write less than was asked for. */
  readonly shorten?: (() => void) | undefined;
  /** It is not begun, or its answer is lost: whoever has asked is told of an error. */
  refuse(error: Error): void;
}

/** The kind of an operation that is known by no steps. */
export interface Kind {
  /** Somebody answers it, and that may be the body itself. */
  readonly isRequest: boolean;
  /** It ends by itself: the machine works on it. */
  readonly isCertain: boolean;
  /** It works something out from what it is given, and does nothing else. */
  readonly isPure?: boolean;
  /** It works in steps that it asks for. */
  readonly isStepwise: boolean;
}
