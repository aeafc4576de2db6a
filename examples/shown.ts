import type { Example } from "./example.ts";
import type { Row } from "./subjects/pair.ts";

export type ShownName = "1-database-connection" | "2-http-session" | "3-promise" | "5-stream" | "7-file-descriptor";

async function exampleOf({ pairs: [pair] }: Row, story: string): Promise<{ readonly example: Example }> {
  const { name, unsafe, safe, runs, prepare, isUnmeasured = false } = pair;
  await prepare?.();
  return { example: { name, story, buggy: unsafe, fixed: safe, options: { explain: !isUnmeasured }, fixedOptions: { order: "production", runs } } };
}

/** Five of the eight systems of `examples/subjects`: what `npm run demo` shows. */
export const shown: Readonly<Record<ShownName, () => Promise<{ readonly example: Example }>>> = {
  "1-database-connection": async () => exampleOf((await import("./subjects/1-database-connection/pairs.ts")).row, "has two tasks send their transactions over one Postgres connection"),
  "2-http-session": async () => exampleOf((await import("./subjects/2-http-session/pairs.ts")).row, "refreshes its access token whenever a request is answered with 401"),
  "3-promise": async () => exampleOf((await import("./subjects/3-promise/pairs.ts")).row, "shares a call that is under way, and it was made with the signal of whoever came first"),
  "5-stream": async () => exampleOf((await import("./subjects/5-stream/pairs.ts")).row, "has two loops over one stream, and one of them leaves after its first chunk"),
  "7-file-descriptor": async () => exampleOf((await import("./subjects/7-file-descriptor/pairs.ts")).row, "asks where a file ends, and then writes there"),
};
