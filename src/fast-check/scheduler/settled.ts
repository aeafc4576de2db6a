import { natives, nodeProcess } from "../../host/natives.ts";

/**
 * Fulfilled when every microtask has run, and all that these have queued. In Node a tick runs then: behind the last
 * microtask, and before unhandled rejections are looked for, so that a test may hear of one after the wait, as it may
 * with fast-check. Elsewhere a turn of the event loop does.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    if (natives.nextTick === undefined) natives.setTimeout(resolve as () => void, 0);
    else natives.nextTick.call(nodeProcess, resolve as () => void);
  });
}
