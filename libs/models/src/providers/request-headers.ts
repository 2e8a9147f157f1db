import type { ModelRequest } from "../port.ts";

/**
 * Headers that name the request; the API ignores them, a gateway or a test server can count by them.
 * They are not in the body: a key in the prompt would make each prompt new to the provider's cache.
 */
export const TASK_HEADER = "x-armada-task";
export const KEY_HEADER = "idempotency-key";
/** The id under which the call is paid. */
export const CALL_HEADER = "x-armada-call";

export function requestHeaders(request: ModelRequest, call: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { [TASK_HEADER]: request.task };
  if (request.idempotencyKey !== undefined) headers[KEY_HEADER] = request.idempotencyKey;
  if (call !== undefined) headers[CALL_HEADER] = call;
  return headers;
}
