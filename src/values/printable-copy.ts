import { showValue } from "./preview.ts";
import { printable } from "./printable.ts";

/** Values looked at; what lies beyond them is taken as it is. */
const MOST_VALUES = 5000;
const DEEPEST = 20;

/**
 * A value that somebody else will print, property by property: itself where it is fit for that; else a copy whose texts
 * are printable, and in which what cannot be read is replaced by its preview. Only arrays and plain objects are copied.
 */
export function printableCopy(value: unknown): unknown {
  return new Copier().of(value, 0);
}

/** In a diff of two texts the ends of lines may be what differs. */
function visible(text: string): string {
  return printable(text.replaceAll("\r", "\\u{d}"));
}

class Copier {
  private left = MOST_VALUES;
  private readonly known = new Map<object, unknown>();

  of(value: unknown, depth: number): unknown {
    if (typeof value === "string") return visible(value);
    if (typeof value !== "object" || value === null || depth > DEEPEST || this.left <= 0) return value;
    this.left -= 1;
    if (this.known.has(value)) return this.known.get(value);
    // Until it is known to need a copy, what lies within it points to the value itself.
    this.known.set(value, value);
    let copy: unknown;
    try {
      copy = this.ofObject(value, depth + 1);
    } catch {
      copy = showValue(value); // A revoked proxy, a getter or a trap that threw.
    }
    this.known.set(value, copy);
    return copy;
  }

  private ofObject(value: object, depth: number): unknown {
    const isArray = Array.isArray(value);
    const isPlain = isArray || Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
    const fields: [string, unknown][] = [];
    let isFit = true;
    for (const key of Object.keys(value)) {
      if (this.left <= 0) break;
      const field: unknown = (value as Record<string, unknown>)[key];
      const [newKey, newField] = [visible(key), this.of(field, depth)];
      isFit &&= newKey === key && Object.is(newField, field);
      fields.push([newKey, newField]);
    }
    if (isFit) return value;
    if (!isPlain) return showValue(value);
    return isArray ? Object.assign([], Object.fromEntries(fields)) : Object.fromEntries(fields);
  }
}
