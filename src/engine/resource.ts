import type { Access } from "./access.ts";

/** What is behind an I/O boundary, or one part of it. Whatever is done to the whole of it is done to each part. */
export class Resource {
  readonly accesses: readonly Access[];

  /**
   * @param name - equal names mean one resource.
   * @param part - equal texts mean one part; `undefined` for the whole.
   */
  constructor(name: string, part?: string) {
    const whole: Access = { place: name, isWrite: part === undefined };
    this.accesses = part === undefined ? [whole] : [whole, { place: `${name} [${part}]`, isWrite: true }];
  }
}
