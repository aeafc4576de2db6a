import type { Row } from "../pair.ts";
import { lastInsertId } from "./last-insert-id.ts";
import { lease } from "./lease.ts";
import { atomicUpdate, selectForUpdate } from "./lost-update.ts";
import { serializable } from "./serializable.ts";
import { transaction } from "./transaction.ts";

export const row: Row = {
  folder: "1-database-connection",
  system: "one database connection of several tasks",
  pairs: [transaction, lastInsertId, selectForUpdate, serializable, atomicUpdate, lease],
};
