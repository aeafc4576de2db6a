import type { Row } from "../pair.ts";
import { appended } from "./append.ts";
import { lockfile } from "./lockfile.ts";
import { replace } from "./replace.ts";
import { sharedPosition } from "./shared-position.ts";

export const row: Row = {
  folder: "7-file-descriptor",
  system: "one file of several tasks",
  pairs: [appended, sharedPosition, replace, lockfile],
};
