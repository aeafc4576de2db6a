import { PendingEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import type { AsyncContext } from "../context.ts";
import { control } from "../control.ts";

/** Something that a port has to tell: its next message, or that it is closed. It is told in the port's own context. */
export class PortEvent<Port extends { readonly context: AsyncContext }> extends PendingEvent {
  private readonly port: Port;
  private readonly action: (this: Port) => void;

  /** @param above - the function whose caller is named as the origin. */
  constructor(port: Port, execution: Execution, action: (this: Port) => void, above: Function) {
    super("message", execution.task);
    this.port = port;
    this.action = action;
    this.origin = control.recorder?.origin(above);
  }

  override run(): void {
    this.port.context.runInAsyncScope(this.action, this.port);
  }
}
