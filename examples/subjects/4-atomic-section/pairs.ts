import type { Row } from "../pair.ts";
import { atomicSection } from "./atomic-section.ts";

export const row: Row = {
  folder: "4-atomic-section",
  system: "code between two awaits",
  pairs: [atomicSection],
};
