import type { Access } from "./access.ts";

/** One part of what is behind an I/O boundary, and what is done to it: a row by its key, a table. */
export interface Part {
  /** Equal texts mean one part. */
  readonly name: string;
  readonly isWrite: boolean;
}

/** What is behind an I/O boundary, or parts of it. Whatever is done to the whole of it is done to each part. */
export class Resource {
  readonly accesses: readonly Access[];

  /**
   * @param name - equal names mean one resource.
   * @param parts - `undefined` for the whole.
   */
  constructor(name: string, parts?: readonly Part[]) {
    const whole: Access = { place: name, isWrite: parts === undefined };
    this.accesses = [whole, ...(parts ?? []).map((part) => ({ place: `${name} [${part.name}]`, isWrite: part.isWrite }))];
  }
}
