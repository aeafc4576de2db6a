/** A lock that is given up by itself after a time. */
export class Lease {
  private holder: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  take(name: string, forMs: number): boolean {
    if (this.holder !== undefined) return false;
    this.holder = name;
    this.timer = setTimeout(() => {
      this.holder = undefined;
    }, forMs);
    return true;
  }

  isHeldBy(name: string): boolean {
    return this.holder === name;
  }

  renew(name: string, forMs: number): boolean {
    if (this.holder !== name) return false;
    clearTimeout(this.timer);
    this.holder = undefined;
    return this.take(name, forMs);
  }

  give(name: string): void {
    if (this.holder !== name) throw new Error(`${name} does not hold the lease`);
    clearTimeout(this.timer);
    this.holder = undefined;
  }
}
