import type { Deliveries, DeliveryFaults } from "../../outside/deliveries.ts";
import { systemError, type OperationFaults } from "../operation-faults.ts";

/** What is asked of a socket. */
interface Breakable {
  readonly destroyed: boolean;
  readonly _httpMessage?: unknown;
  readonly parser?: unknown;
  /** Node's own, as `resetAndDestroy` sets it: the other end is told that the connection was reset, and not that it has ended. */
  resetAndClosing?: boolean;
  destroy(error: Error): unknown;
}

/** What a socket tells once it is connected: in place of that, the connection may break. */
const BREAKABLE: RegExp = /^(?:data|end|request .*|answer to .*)$/su;

/** A connection that breaks: this end is told of an error, and so is the other one. */
export function resetsOf(socket: Breakable, deliveries: Deliveries, faults: OperationFaults): DeliveryFaults {
  return {
    offer(event, label) {
      if (socket.destroyed || !BREAKABLE.test(label)) return;
      faults.offerReset(isHttp(socket) ? ["net.Socket", "http"] : ["net.Socket"], event, (code) => {
        deliveries.drop();
        socket.resetAndClosing = true;
        socket.destroy(systemError(code, { label: "net.read" }));
      });
    },
    withdraw: (event) => faults.withdraw(event),
  };
}

function isHttp({ parser, _httpMessage: message }: Breakable): boolean {
  return (parser !== undefined && parser !== null) || (message !== undefined && message !== null);
}
