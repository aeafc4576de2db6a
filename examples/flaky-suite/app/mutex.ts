/** One at a time, first come first served. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  run<Result>(action: () => Promise<Result>): Promise<Result> {
    const mine = this.last.then(action);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
