/** What Node calls back when a step of its binding has ended. */
export interface NativeRequest {
  oncomplete: (this: unknown, ...results: unknown[]) => void;
  /** Where the request is one of `fs.readFile`: what goes on with it. */
  readonly context?: unknown;
}
