/** A caller that leaves before its answer is there: the pool has one connection, and others wait for it. */
import type { Body } from "heddle";
import { Pool } from "undici";
import type { Pair } from "../pair.ts";
import { listen } from "./server.ts";

/** @returns the size of the download. */
type Download = (pool: Pool, path: string, signal: AbortSignal) => Promise<number>;

/** In the place of a large download: there is room for one byte of it until somebody reads. */
const [SIZE, highWaterMark] = [10, 1];

const body =
  (download: Download): Body =>
  async (context) => {
    const web = await listen(context, (_request, response) => response.end("x".repeat(SIZE)));
    const pool = new Pool(web.origin, { connections: 1 });
    const leaving = context.abortable("the caller's signal");
    await context
      .spawn("report", () => download(pool, "/report", leaving))
      .catch((error: unknown) => {
        if (error !== leaving.reason) throw error;
      });
    const timeout = context.sleep(5_000).then(() => Promise.reject(new Error("the pool has no connection left")));
    const size = await Promise.race([context.spawn("search", () => download(pool, "/search", new AbortController().signal)), timeout]);
    await pool.destroy();
    await web.close();
    if (size !== SIZE) throw new Error(`downloaded: ${size}`);
  };

/** BUG: who leaves between the head and the body lets the connection wait for somebody who reads it. */
const unsafe: Body = body(async (pool, path, signal) => {
  const { body: content } = await pool.request({ path, method: "GET", highWaterMark });
  signal.throwIfAborted();
  return (await content.arrayBuffer()).byteLength;
});

/** The request has the signal, too: undici closes the connection and opens another one. */
const safe: Body = body(async (pool, path, signal) => {
  const { body: content } = await pool.request({ path, method: "GET", highWaterMark, signal });
  return (await content.arrayBuffer()).byteLength;
});

export const abort: Pair = {
  name: "a download whose caller leaves",
  parts: ["undici", "node:http"],
  law: "who leaves keeps no connection",
  unsafe,
  safe,
  order: "production",
  error: /the pool has no connection left/,
  within: 100,
  runs: 30,
  isComplete: false,
  isSlow: true,
  isUnmeasured: true,
};
