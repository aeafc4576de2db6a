/** Shows the results of what was typed. An answer that comes late overwrites a newer one. */
export class SearchBox {
  results: readonly string[] = [];
  private readonly find: (text: string) => Promise<readonly string[]>;

  constructor(find: (text: string) => Promise<readonly string[]>) {
    this.find = find;
  }

  async type(text: string): Promise<void> {
    this.results = await this.find(text);
  }
}

/** The same, and only the latest answer counts. */
export class LatestSearchBox {
  results: readonly string[] = [];
  private readonly find: (text: string) => Promise<readonly string[]>;
  private latest = 0;

  constructor(find: (text: string) => Promise<readonly string[]>) {
    this.find = find;
  }

  async type(text: string): Promise<void> {
    this.latest += 1;
    const mine = this.latest;
    const results = await this.find(text);
    if (mine === this.latest) this.results = results;
  }
}
