import type { Part } from "../../engine/resource.ts";
import { textsOf } from "./call-texts.ts";
import { readingOf } from "./parser.ts";
import { isDefinition, Schema } from "./schema.ts";
import { statementsOf } from "./statements.ts";

/** What one call uses. */
export interface Used {
  /** `undefined` for the whole. */
  readonly parts: readonly Part[] | undefined;
  /** What time it is makes no difference to it. */
  readonly isTimeless: boolean;
}

export const EVERYTHING_USED: Used = { parts: undefined, isTimeless: false };

/** What the calls of one database use in one execution, told by the SQL that they are given. */
export class Database {
  private readonly schema: Schema = new Schema();
  private readonly defined: Set<string> = new Set();

  /** @param text - definitions that stand when the execution begins. */
  define(text: string): void {
    if (this.defined.has(text)) return;
    this.defined.add(text);
    for (const statement of statementsOf(text)) this.schema.learn(statement);
  }

  usedBy(values: readonly unknown[]): Used {
    const statements = textsOf(values)?.flatMap((text) => statementsOf(text)) ?? [];
    const definitions = statements.filter((statement) => isDefinition(statement));
    for (const definition of definitions) this.schema.learn(definition);
    if (definitions.length > 0 || statements.length === 0) return EVERYTHING_USED;
    const tables: Part[] = [];
    let asksTime = false;
    for (const { text } of statements) {
      const reading = readingOf(text);
      if (reading === undefined) return EVERYTHING_USED;
      tables.push(...reading.tables);
      asksTime ||= reading.asksTime;
    }
    const parts = this.schema.closure(tables);
    return { parts, isTimeless: parts !== undefined && !asksTime && !this.schema.mayAskTime(parts) };
  }
}
