import type { Row } from "../pair.ts";
import { everybodyIsTold } from "./everybody-is-told.ts";
import { sharedCall } from "./shared-call.ts";

export const row: Row = {
  folder: "3-promise",
  system: "one promise of many waiters",
  pairs: [sharedCall, everybodyIsTold],
};
