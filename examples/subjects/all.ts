import { lastInsertId } from "./1-database-connection/last-insert-id.ts";
import { lease } from "./1-database-connection/lease.ts";
import { atomicUpdate, selectForUpdate } from "./1-database-connection/lost-update.ts";
import { serializable } from "./1-database-connection/serializable.ts";
import { transaction } from "./1-database-connection/transaction.ts";
import { abort } from "./2-http-session/abort.ts";
import { cookieJar } from "./2-http-session/cookie-jar.ts";
import { formToken } from "./2-http-session/form-token.ts";
import { redirect } from "./2-http-session/redirect.ts";
import { tokenRefresh } from "./2-http-session/token-refresh.ts";
import { everybodyIsTold } from "./3-promise/everybody-is-told.ts";
import { sharedCall } from "./3-promise/shared-call.ts";
import { atomicSection } from "./4-atomic-section/atomic-section.ts";
import { byob } from "./5-stream/byob.ts";
import { leavingConsumer } from "./5-stream/leaving-consumer.ts";
import { missedEvents } from "./5-stream/missed-events.ts";
import { pipeToTwo } from "./5-stream/pipe-to-two.ts";
import { readableEvent } from "./5-stream/readable-event.ts";
import { readerLock } from "./5-stream/reader-lock.ts";
import { readline } from "./5-stream/readline.ts";
import { tee } from "./5-stream/tee.ts";
import { handMadeIterator } from "./6-generator/hand-made-iterator.ts";
import { sharedSource } from "./6-generator/shared-source.ts";
import { syncGenerator } from "./6-generator/sync-generator.ts";
import { appended } from "./7-file-descriptor/append.ts";
import { lockfile } from "./7-file-descriptor/lockfile.ts";
import { replace } from "./7-file-descriptor/replace.ts";
import { sharedPosition } from "./7-file-descriptor/shared-position.ts";
import { broadcast } from "./8-message-port/broadcast.ts";
import { pool } from "./8-message-port/pool.ts";
import { requestAndAnswer } from "./8-message-port/request-and-answer.ts";
import { sharedMemory } from "./8-message-port/shared-memory.ts";
import { twoPorts } from "./8-message-port/two-ports.ts";
import type { Row } from "./pair.ts";

/** The eight systems that the founding question asks about. */
export const rows: readonly Row[] = [
  { folder: "1-database-connection", system: "one database connection of several tasks", pairs: [lastInsertId, transaction, selectForUpdate, serializable, atomicUpdate, lease] },
  { folder: "2-http-session", system: "one HTTP session in parallel", pairs: [tokenRefresh, cookieJar, redirect, abort, formToken] },
  { folder: "3-promise", system: "one promise of many waiters", pairs: [everybodyIsTold, sharedCall] },
  { folder: "4-atomic-section", system: "code between two awaits", pairs: [atomicSection] },
  { folder: "5-stream", system: "several consumers of one stream", pairs: [readableEvent, readerLock, leavingConsumer, pipeToTwo, tee, byob, readline, missedEvents] },
  { folder: "6-generator", system: "one generator of several consumers", pairs: [handMadeIterator, sharedSource, syncGenerator] },
  { folder: "7-file-descriptor", system: "one file of several tasks", pairs: [appended, sharedPosition, replace, lockfile] },
  { folder: "8-message-port", system: "several event loops", pairs: [requestAndAnswer, twoPorts, broadcast, pool, sharedMemory] },
];
