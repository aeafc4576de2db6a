/**
 * The SQL that a call of a database client is given. Clients take it as a text, as an object with a field `sql` or `text`
 * (and the values beside it), as a tagged template, or as a list of these.
 * @returns `undefined` where there is none, or something stands among it that cannot be read.
 */
export function textsOf(values: readonly unknown[]): readonly string[] | undefined {
  const [first] = values;
  const isList = Array.isArray(first) && !isTemplate(first);
  const texts = (isList ? (first as unknown[]) : [first]).map((value) => textOf(value));
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (isTemplate(value)) return value.raw.map((text, index) => (index === 0 ? text : `$${index}${text}`)).join("");
  // With its values, in a batch.
  if (Array.isArray(value)) return typeof value[0] === "string" ? value[0] : undefined;
  const { sql, text } = value as { readonly sql?: unknown; readonly text?: unknown };
  if (typeof sql === "string") return sql;
  return typeof text === "string" ? text : undefined;
}

function isTemplate(value: object): value is { readonly raw: readonly string[] } {
  return Array.isArray(value) && Array.isArray((value as { readonly raw?: unknown }).raw);
}
