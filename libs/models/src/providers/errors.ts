import { redact } from "@armada/contracts";
import { ModelError, type ModelErrorCode, type Spent } from "../errors.ts";
import type { CallCost } from "../port.ts";
import { refusalOf } from "./refusals.ts";

/** What the adapter reads of an SDK error; its classes are not imported, because the SDK is loaded on first use. */
type Failure = {
  readonly status: number | undefined;
  /** What names the cause, the finest first. */
  readonly codes: readonly string[];
  readonly message: string;
  readonly headers: Headers | undefined;
  readonly connection: boolean;
  /** Of the system's error below, e.g. `ECONNREFUSED`. */
  readonly cause: string | undefined;
};

/** Characters of a provider's words that are kept, and that are looked at. */
const MOST_SAID = 300;
const MOST_LOOKED = 16_384;
/** Statuses by which a provider, or what stands before it, says that it has not begun. Others over 499 may come after the work. */
const REFUSED = new Set([503, 529]);
/** The request has not left: no address, no name, no route, nobody who listens, or no trust in the certificate. */
const NEVER_SENT =
  /^(bad port|ERR_INVALID_.+|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.+|CERT_.+|.*SELF_SIGNED.*|UNABLE_TO_.+)$/;

/** Of these, what passes by itself: nobody listens yet, or there is no way there now. */
const UNREACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT)$/;

/** What a call has cost of which no answer began: nothing where it was refused or never sent, else nobody knows. */
export function costOfFailure(thrown: unknown): CallCost {
  const { status, cause, message } = read(thrown);
  const timedOut = status === 408;
  if (status !== undefined && !timedOut && (status < 500 || REFUSED.has(status))) return { kind: "free" };
  if (status === undefined && NEVER_SENT.test(cause ?? message)) return { kind: "free" };
  return { kind: "unknown", reason: status === undefined ? message : `${status}: ${message}` };
}

/**
 * The port's error for whatever the SDK threw. `spent` is there when the answer had begun, so a lost connection is then a
 * broken stream. The message never repeats the request or its headers.
 */
export function modelError(thrown: unknown, model: string, spent?: Spent): ModelError {
  if (thrown instanceof ModelError) return new ModelError(thrown.code, thrown.message, { cause: thrown.cause, hint: thrown.hint, spent });
  const failure = read(thrown);
  const refused = refusalOf(failure);
  const code = refused?.code ?? codeOf(failure, spent !== undefined);
  const retryAfter = code === "MODEL_RATE_LIMITED" || code === "MODEL_OVERLOADED" ? retryAfterOf(failure.headers) : undefined;
  const sent = failure.status !== undefined || !UNREACHED.test(failure.cause ?? "");
  return new ModelError(code, sentence(code, model, failure), { cause: thrown, hint: refused?.hint, retryAfter, spent, sent });
}

/**
 * Statuses and error types. Sources: platform.claude.com/docs/en/api/errors and platform.openai.com/docs/guides/error-codes, 2026-11.
 */
function codeOf({ status, codes, connection }: Failure, streaming: boolean): ModelErrorCode {
  if (status === undefined) {
    // In a stream an error is an event after the status 200: only its type tells what it is.
    const typed = codes.find((code) => Object.hasOwn(CODES, code));
    if (typed !== undefined) return CODES[typed] ?? "MODEL_STREAM_BROKEN";
    if (streaming) return "MODEL_STREAM_BROKEN";
    return connection ? "MODEL_UNREACHABLE" : "MODEL_STREAM_BROKEN";
  }
  if (status === 402) return "MODEL_SPEND_LIMIT";
  if (status === 401 || status === 403) return "MODEL_KEY_REFUSED";
  // A 404 without the API's own body comes from something else at that address: a wrong base URL, a gateway without this path.
  if (status === 404) return codes.some((code) => UNKNOWN_MODEL.has(code)) ? "MODEL_UNKNOWN" : "MODEL_UNREACHABLE";
  if (status === 408) return "MODEL_UNREACHABLE";
  if (status === 409 || status >= 500) return "MODEL_OVERLOADED";
  if (status === 429) return "MODEL_RATE_LIMITED";
  return "MODEL_BAD_REQUEST";
}

/** Of errors without a status: in a stream, and of one item of a batch. */
const CODES: Readonly<Record<string, ModelErrorCode>> = {
  authentication_error: "MODEL_KEY_REFUSED",
  permission_error: "MODEL_KEY_REFUSED",
  not_found_error: "MODEL_UNKNOWN",
  invalid_request_error: "MODEL_BAD_REQUEST",
  rate_limit_error: "MODEL_RATE_LIMITED",
  overloaded_error: "MODEL_OVERLOADED",
  api_error: "MODEL_OVERLOADED",
  timeout_error: "MODEL_OVERLOADED",
};

/** Error types of a model's name: of Anthropic, of OpenAI, and of servers that speak like it (Ollama, vLLM). */
const UNKNOWN_MODEL = new Set(["not_found_error", "NotFoundError"]);

function sentence(code: ModelErrorCode, model: string, { status, message }: Failure): string {
  const said = status === undefined ? message : `${status}: ${message}`;
  switch (code) {
    case "MODEL_KEY_REFUSED":
      return `the API refused the key (${said})`;
    case "MODEL_SPEND_LIMIT":
      return `the account of ${model} has reached its spend limit (${said})`;
    case "MODEL_ACCOUNT_ON_HOLD":
      return `the account of ${model} is on hold (${said})`;
    case "MODEL_UNKNOWN":
      return `the API does not know the model ${model} (${said})`;
    case "MODEL_UNREACHABLE":
      return `the API cannot be reached (${said})`;
    case "MODEL_STREAM_BROKEN":
      return `the answer of ${model} broke off (${said})`;
    default:
      return `${model}: ${said}`;
  }
}

/** `retry-after` is in seconds or an HTTP date; `retry-after-ms` is more exact where sent. @returns milliseconds */
function retryAfterOf(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(ms);
  const text = headers?.get("retry-after");
  if (text === null || text === undefined) return undefined;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : undefined;
}

function read(thrown: unknown): Failure {
  if (!(thrown instanceof Error))
    return { status: undefined, codes: [], message: brief(String(thrown)), headers: undefined, connection: false, cause: undefined };
  const text = (name: string): string | undefined => {
    const value: unknown = name in thrown ? Reflect.get(thrown, name) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const status = "status" in thrown && typeof thrown.status === "number" ? thrown.status : undefined;
  // Anthropic's `errorCode` and OpenAI's `code` are finer than their `type`. A system's error has a `code` too.
  const codes = [text("errorCode"), status === undefined ? undefined : text("code"), text("type")].filter((code) => code !== undefined);
  const headers = "headers" in thrown && thrown.headers instanceof Headers ? thrown.headers : undefined;
  const inner = innermost(thrown);
  const said = text("apiMessage") ?? (inner.message === "" ? inner.name : inner.message);
  const message = brief(status !== undefined && said.startsWith(`${status} `) ? said.slice(`${status} `.length) : said);
  const cause = "code" in inner && typeof inner.code === "string" ? inner.code : undefined;
  return { status, codes, message, headers, connection: status === undefined && codes.length === 0, cause };
}

/** What helps of a provider's words: no key, no page of a proxy's, and no more than a few sentences. */
function brief(said: string): string {
  const looked = redact(said.slice(0, MOST_LOOKED)).replaceAll(/\s+/g, " ").trim();
  const text = /<title>([^<]*)<\/title>/i.exec(looked)?.[1]?.trim() ?? looked;
  return text.length <= MOST_SAID
    ? text
    : `${text.slice(0, text.lastIndexOf(" ", MOST_SAID) > 0 ? text.lastIndexOf(" ", MOST_SAID) : MOST_SAID)} …`;
}

/** "Connection error." says little; its last cause says `connect ECONNREFUSED …`. */
function innermost(error: Error): Error {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  return at instanceof AggregateError && at.errors[0] instanceof Error ? at.errors[0] : at;
}
