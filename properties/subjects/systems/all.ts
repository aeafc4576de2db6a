import type { Subject } from "../subject.ts";
import { connection } from "./connection.ts";
import { file } from "./file.ts";
import { generator } from "./generator.ts";
import { port } from "./port.ts";
import { promise } from "./promise.ts";
import { sections } from "./sections.ts";
import { session } from "./session.ts";
import { stream } from "./stream.ts";

/** The eight systems of `examples/subjects`, with generated inputs and operations. */
export const systems: readonly Subject[] = [connection, session, promise, sections, stream, generator, file, port];
