import { type ApiUsage, cacheCreationOf } from "../books/api-usage.ts";
import { piecesOf, type Refusal, type Reply, type Wire } from "../server/wire.ts";

/** Source: platform.claude.com/docs/en/api/errors, 2026-11. */
const ERRORS: Readonly<Record<Refusal, readonly [status: number, type: string]>> = {
  authentication: [401, "authentication_error"],
  invalid: [400, "invalid_request_error"],
  not_found: [404, "not_found_error"],
  too_large: [413, "request_too_large"],
  rate_limited: [429, "rate_limit_error"],
  overloaded: [529, "overloaded_error"],
  internal: [500, "api_error"],
};

const TYPES: ReadonlyMap<number, string> = new Map([
  ...Object.values(ERRORS),
  [402, "billing_error"],
  [403, "permission_error"],
  [504, "timeout_error"],
]);

/** The Messages API. */
export const messagesWire: Wire = {
  provider: "anthropic",
  idHeader: "request-id",
  error(why, message, id) {
    const [status] = ERRORS[why];
    return { status, body: messagesWire.errorOf(status, message, id) };
  },
  errorOf: (status, message, id, type = TYPES.get(status) ?? (status < 500 ? "invalid_request_error" : "api_error")) => ({
    type: "error",
    error: { type, message, details: null },
    request_id: `req_${id}`,
  }),
  whole: messageOf,
  frames: (reply, pieces) =>
    Array.from(eventsOf(reply, pieces), (event) => ({
      text: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      delta: event.type === "content_block_delta",
    })),
};

type Event = { readonly type: string; readonly [key: string]: unknown };

/** The whole message, as a request without `stream` gets it, and as a batch has it in its results. */
export function messageOf(reply: Reply, serviceTier: "standard" | "batch" = "standard"): Record<string, unknown> {
  const { request, json } = reply;
  const content =
    request.forcedTool === undefined
      ? [{ type: "text", text: json, citations: null }]
      : [{ type: "tool_use", id: `toolu_${reply.id}`, name: request.forcedTool, input: safeJson(json) }];
  const usage = usageOf(reply.usage, reply.usage.output_tokens, serviceTier);
  return { ...head(reply), content, stop_reason: stopReason(reply), usage };
}

/**
 * The events of a stream in their order.
 * Source: platform.claude.com/docs/en/build-with-claude/streaming, 2026-11, "Event types" and its tool use example.
 */
function* eventsOf(reply: Reply, pieces: number): Generator<Event> {
  const { request, json } = reply;
  const tool = request.forcedTool;
  const { cache_creation: _, ...counts } = reply.usage;
  yield { type: "message_start", message: { ...head(reply), content: [], stop_reason: null, usage: usageOf(reply.usage, 1, "standard") } };
  yield {
    type: "content_block_start",
    index: 0,
    content_block:
      tool === undefined
        ? { type: "text", text: "", citations: null }
        : { type: "tool_use", id: `toolu_${reply.id}`, name: tool, input: {} },
  };
  yield { type: "ping" };
  for (const piece of piecesOf(json, pieces)) {
    const delta = tool === undefined ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
    yield { type: "content_block_delta", index: 0, delta };
  }
  yield { type: "content_block_stop", index: 0 };
  yield {
    type: "message_delta",
    delta: { stop_reason: stopReason(reply), stop_sequence: null, stop_details: null, container: null },
    usage: { ...counts, output_tokens_details: null, server_tool_use: null },
  };
  yield { type: "message_stop" };
}

function head({ id, request }: Reply): Record<string, unknown> {
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: request.model,
    stop_sequence: null,
    stop_details: null,
    container: null,
  };
}

function stopReason({ cut, request }: Reply): string {
  if (cut) return "max_tokens";
  return request.forcedTool === undefined ? "end_turn" : "tool_use";
}

function usageOf(usage: ApiUsage, outputTokens: number, serviceTier: string): Record<string, unknown> {
  return {
    ...usage,
    output_tokens: outputTokens,
    cache_creation: cacheCreationOf(usage),
    service_tier: serviceTier,
    server_tool_use: null,
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
