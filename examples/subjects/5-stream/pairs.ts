import type { Row } from "../pair.ts";
import { byob } from "./byob.ts";
import { leavingConsumer } from "./leaving-consumer.ts";
import { missedEvents } from "./missed-events.ts";
import { pipeToTwo } from "./pipe-to-two.ts";
import { readableEvent } from "./readable-event.ts";
import { readerLock } from "./reader-lock.ts";
import { readline } from "./readline.ts";
import { tee } from "./tee.ts";

export const row: Row = {
  folder: "5-stream",
  system: "several consumers of one stream",
  pairs: [leavingConsumer, readableEvent, readerLock, pipeToTwo, tee, byob, readline, missedEvents],
};
