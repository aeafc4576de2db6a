/** What the executions of one exploration have seen together. */
export class Sightings {
  private readonly seen: Map<string, boolean> = new Map();

  note(name: string, holds: boolean): void {
    this.seen.set(name, holds || this.seen.get(name) === true);
  }

  /** Each condition, and whether it held. */
  get all(): readonly (readonly [string, boolean])[] {
    return [...this.seen];
  }

  /** Conditions that were declared and never held. */
  get missing(): readonly string[] {
    return [...this.seen].filter(([, holds]) => !holds).map(([name]) => name);
  }
}
