import { control } from "../../control.ts";

/*
 * Which HTTP request something belongs to: for reports, which name it, and for strategies that go by what a step touches. A
 * request is seen as it comes over a socket, whoever has sent it.
 */

/** What a client asks for. */
export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

const REQUEST_LINE = /^(?<method>[A-Z]{3,10}) (?<path>\S{1,2000}) HTTP\/1\.[01]\r?\n/u;
const STATUS_LINE = /^HTTP\/1\.[01] \d{3}/u;
/** Bytes that are looked at. */
const LONGEST_LINE = 2_100;
/** Methods that ask for something and change nothing (RFC 9110, 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

export function isSafe({ method }: HttpRequest): boolean {
  return SAFE.has(method);
}

/** The request that a chunk of bytes begins with, if it does. */
export function requestIn(chunk: unknown): HttpRequest | undefined {
  const { method, path } = REQUEST_LINE.exec(beginningOf(chunk))?.groups ?? {};
  return method === undefined || path === undefined ? undefined : { method, path };
}

function beginningOf(chunk: unknown): string {
  if (!(chunk instanceof Uint8Array)) return "";
  return String.fromCharCode(...chunk.subarray(0, LONGEST_LINE));
}

/** For a report: what has come over a socket. */
export function nameOfData(socket: object, chunk: unknown): string {
  const request = requestIn(chunk);
  if (request !== undefined) return `request ${nameOf(request)}`;
  const asked = (socket as { readonly _httpMessage?: Partial<HttpRequest> | null })._httpMessage;
  const isAnswer = typeof asked?.method === "string" && typeof asked.path === "string" && STATUS_LINE.test(beginningOf(chunk));
  return isAnswer ? `answer to ${nameOf(asked as HttpRequest)}` : "data";
}

export function nameOf({ method, path }: HttpRequest): string {
  return `${method} ${path}`;
}

/** What `fetch` is asked for, and where; `undefined` where that can't be told from plain values. */
export function requestOf([input, init]: readonly unknown[]): (HttpRequest & { readonly origin: string }) | undefined {
  return control.outside(() => {
    try {
      const request = input instanceof Request ? input : undefined;
      if (request === undefined && typeof input !== "string" && !(input instanceof URL)) return undefined;
      const { origin, pathname, search } = new URL(request === undefined ? (input as string | URL) : request.url);
      const given: unknown = typeof init === "object" && init !== null ? Object.getOwnPropertyDescriptor(init, "method")?.value : undefined;
      const method = typeof given === "string" ? given : (request?.method ?? "GET");
      return { method: method.toUpperCase(), path: pathname + search, origin };
    } catch {
      // It is for `fetch` to say that this is no address.
      return undefined;
    }
  });
}

/**
 * The running step has a request carried out, or sends it.
 * @param server - equal texts mean one server.
 */
export function noteRequest(server: string, request: HttpRequest | undefined): void {
  if (request === undefined || !control.goesByFootprints) return;
  control.execution!.access(`http ${server} ${request.path.replace(/\?.*$/su, "")}`, !isSafe(request));
}
