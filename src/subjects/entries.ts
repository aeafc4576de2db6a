import { eachEntry, type CollectionWatch } from "../host/objects/collections.ts";
import type { Declared } from "./declared.ts";
import type { Handing } from "./fields.ts";

/** What is done to a declared map or set, by entry: two tasks at two keys are not taken to meet. */
export class Entries implements CollectionWatch {
  private readonly collection: Map<unknown, unknown> | Set<unknown>;
  private readonly declared: Declared;
  private readonly handing: Handing;

  constructor(collection: Map<unknown, unknown> | Set<unknown>, declared: Declared, handing: Handing) {
    this.collection = collection;
    this.declared = declared;
    this.handing = handing;
  }

  looksUp(key: unknown, value: unknown, above: Function): void {
    this.declared.read(placeOf(key), value, above);
    this.handOut(value);
  }

  changes(key: unknown, value: unknown, previous: unknown, hasOtherKeys: boolean, above: Function): void {
    this.declared.write(placeOf(key), value, previous, above);
    if (hasOtherKeys) this.declared.touchWhole("keys", true);
  }

  clears(above: Function): void {
    this.declared.write("entries", undefined, undefined, above);
    this.touchAll(true);
  }

  counts(size: number, above: Function): void {
    this.declared.read("size", size, above);
    this.declared.touchWhole("keys", false);
  }

  goesThrough(isRead: boolean, above: Function): void {
    this.declared.read("entries", undefined, above);
    if (!isRead || !this.declared.isTraced) return;
    this.touchAll(false);
    eachEntry(this.collection, (key, value) => {
      this.handOut(key);
      this.handOut(value);
    });
  }

  visits(key: unknown, value: unknown): void {
    this.declared.touchWhole("keys", false);
    if (key !== undefined) this.declared.touch(placeOf(key), false);
    this.handOut(key);
    this.handOut(value);
  }

  visitsAny(value: unknown): void {
    this.touchAll(false);
    this.handOut(value);
  }

  private handOut(value: unknown): void {
    if (this.declared.isTraced && ((typeof value === "object" && value !== null) || typeof value === "function")) {
      this.handing.seen(value, this.declared);
    }
  }

  private touchAll(isWrite: boolean): void {
    this.declared.touchWhole("keys", isWrite);
    if (this.declared.isTraced) eachEntry(this.collection, (key) => this.declared.touch(placeOf(key), isWrite));
  }
}

/** All keys that are neither text nor numbers have one place. */
function placeOf(key: unknown): string | number {
  return typeof key === "string" || typeof key === "number" ? key : "entries";
}
