import type { Row } from "../pair.ts";
import { abort } from "./abort.ts";
import { cookieJar } from "./cookie-jar.ts";
import { formToken } from "./form-token.ts";
import { redirect } from "./redirect.ts";
import { tokenRefresh } from "./token-refresh.ts";

export const row: Row = {
  folder: "2-http-session",
  system: "one HTTP session in parallel",
  pairs: [tokenRefresh, cookieJar, redirect, abort, formToken],
};
