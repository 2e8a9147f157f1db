import { ModelError, type ModelErrorCode, type Spent } from "./errors.ts";

/** What the adapter reads of an SDK error; its classes are not imported, because the SDK is loaded on first use. */
type Failure = {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly message: string;
  readonly headers: Headers | undefined;
  readonly connection: boolean;
};

/**
 * The port's error for whatever the SDK threw. `spent` is there when the answer had begun, so a lost connection is then a
 * broken stream. The message never repeats the request or its headers.
 */
export function modelError(thrown: unknown, model: string, spent?: Spent): ModelError {
  if (thrown instanceof ModelError) return new ModelError(thrown.code, thrown.message, { cause: thrown.cause, spent });
  const failure = read(thrown);
  const code = codeOf(failure, spent !== undefined);
  const retryAfter = code === "MODEL_RATE_LIMITED" || code === "MODEL_OVERLOADED" ? retryAfterOf(failure.headers) : undefined;
  return new ModelError(code, sentence(code, model, failure), { cause: thrown, retryAfter, spent });
}

/** Statuses and error types; source: platform.claude.com/docs/en/api/errors, 2026-11. */
function codeOf({ status, type, connection }: Failure, streaming: boolean): ModelErrorCode {
  if (status === undefined) {
    // In a stream an error is an event after the status 200: only its type tells what it is.
    if (type === "overloaded_error" || type === "api_error" || type === "timeout_error") return "MODEL_OVERLOADED";
    if (type === "rate_limit_error") return "MODEL_RATE_LIMITED";
    if (streaming) return "MODEL_STREAM_BROKEN";
    return connection ? "MODEL_UNREACHABLE" : "MODEL_STREAM_BROKEN";
  }
  if (status === 401 || status === 402 || status === 403) return "MODEL_KEY_REFUSED";
  // A 404 without the API's own body comes from something else at that address: a wrong base URL, a gateway without this path.
  if (status === 404) return type === "not_found_error" ? "MODEL_UNKNOWN" : "MODEL_UNREACHABLE";
  if (status === 408) return "MODEL_UNREACHABLE";
  if (status === 409 || status >= 500) return "MODEL_OVERLOADED";
  if (status === 429) return "MODEL_RATE_LIMITED";
  return "MODEL_BAD_REQUEST";
}

function sentence(code: ModelErrorCode, model: string, { status, message }: Failure): string {
  const said = status === undefined ? message : `${status}: ${message}`;
  switch (code) {
    case "MODEL_KEY_REFUSED":
      return `the API refused the key (${said})`;
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
    return { status: undefined, type: undefined, message: String(thrown), headers: undefined, connection: false };
  const status = "status" in thrown && typeof thrown.status === "number" ? thrown.status : undefined;
  const type = "type" in thrown && typeof thrown.type === "string" ? thrown.type : undefined;
  const headers = "headers" in thrown && thrown.headers instanceof Headers ? thrown.headers : undefined;
  const said = "apiMessage" in thrown && typeof thrown.apiMessage === "string" ? thrown.apiMessage : undefined;
  return { status, type, message: said ?? innermost(thrown), headers, connection: status === undefined && type === undefined };
}

/** "Connection error." says little; its last cause says `connect ECONNREFUSED …`. */
function innermost(error: Error): string {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0];
  return at.message === "" ? at.name : at.message;
}
