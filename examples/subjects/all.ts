import { row as connection } from "./1-database-connection/pairs.ts";
import { row as session } from "./2-http-session/pairs.ts";
import { row as promise } from "./3-promise/pairs.ts";
import { row as section } from "./4-atomic-section/pairs.ts";
import { row as stream } from "./5-stream/pairs.ts";
import { row as generator } from "./6-generator/pairs.ts";
import { row as file } from "./7-file-descriptor/pairs.ts";
import { row as port } from "./8-message-port/pairs.ts";
import type { Row } from "./pair.ts";

/** The eight systems that the founding question asks about. */
export const rows: readonly Row[] = [connection, session, promise, section, stream, generator, file, port];
