import type { Row } from "../pair.ts";
import { broadcast } from "./broadcast.ts";
import { pool } from "./pool.ts";
import { requestAndAnswer } from "./request-and-answer.ts";
import { sharedMemory } from "./shared-memory.ts";
import { twoPorts } from "./two-ports.ts";

export const row: Row = {
  folder: "8-message-port",
  system: "several event loops",
  pairs: [requestAndAnswer, twoPorts, broadcast, pool, sharedMemory],
};
