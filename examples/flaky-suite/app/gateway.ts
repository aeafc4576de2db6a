import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A fake of a payment gateway: answers in later turns of the event loop, as fakes do. */
export class FakeGateway {
  readonly charges: string[] = [];

  charge(order: string): Promise<string> {
    return new Promise((resolve) => {
      setImmediate(() => {
        setImmediate(() => {
          this.charges.push(order);
          resolve(`receipt of ${order}`);
        });
      });
    });
  }
}

/** A fake that looks into a file before it answers, as those with recorded answers do. */
export class RecordedGateway extends FakeGateway {
  override async charge(order: string): Promise<string> {
    await readFile(fileURLToPath(import.meta.url));
    return super.charge(order);
  }
}

/** Charges for an order, unless it is cancelled in time. */
export class Checkout {
  state: "open" | "paid" | "cancelled" = "open";
  private readonly gateway: FakeGateway;

  constructor(gateway: FakeGateway) {
    this.gateway = gateway;
  }

  async pay(order: string): Promise<void> {
    await this.gateway.charge(order);
    this.state = "paid";
  }

  cancel(): boolean {
    if (this.state !== "open") return false;
    this.state = "cancelled";
    return true;
  }
}
