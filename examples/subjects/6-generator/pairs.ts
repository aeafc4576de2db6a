import type { Row } from "../pair.ts";
import { handMadeIterator } from "./hand-made-iterator.ts";
import { sharedSource } from "./shared-source.ts";
import { syncGenerator } from "./sync-generator.ts";

export const row: Row = {
  folder: "6-generator",
  system: "one generator of several consumers",
  pairs: [handMadeIterator, sharedSource, syncGenerator],
};
