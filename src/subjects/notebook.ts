import type { PendingEvent } from "../engine/event.ts";

/** Takes down what crosses boundaries while a recording execution runs. Values are shown, not kept. */
export interface Notebook {
  /** @param call - the request's event, by which the answer is told to belong to it. */
  request(name: string, values: readonly unknown[], call: PendingEvent): void;
  answer(name: string, result: unknown, failed: boolean, call: PendingEvent): void;
  read(object: string, key: string, value: unknown, above: Function): void;
  write(object: string, key: string, value: unknown, previous: unknown, above: Function): void;
  log(values: readonly unknown[]): void;
  /** Asks a question of heddle's own, as an invariant is: what it reads is no business of the body's. */
  ask<Answer>(question: () => Answer): Answer;
}
