import type { Subject } from "../subject.ts";
import { bank } from "./bank.ts";
import { connection } from "./connection.ts";
import { document } from "./document.ts";
import { fanOut } from "./fan-out.ts";
import { file } from "./file.ts";
import { generator } from "./generator.ts";
import { news } from "./news.ts";
import { port } from "./port.ts";
import { promise } from "./promise.ts";
import { records } from "./records.ts";
import { sections } from "./sections.ts";
import { session } from "./session.ts";
import { stream } from "./stream.ts";

/** The eight systems of `examples/subjects`, with generated inputs and operations. */
export const systems: readonly Subject[] = [connection, bank, session, promise, sections, stream, fanOut, generator, file, records, document, port, news];
