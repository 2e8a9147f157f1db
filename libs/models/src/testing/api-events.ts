import type { ApiRequest } from "./api-request.ts";

/** Tokens of one answer, as the Messages API names them. */
export type ApiUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
};

/** One answer to send: its JSON text, in a text block or as the input of the forced tool. */
export type Reply = {
  readonly id: string;
  readonly request: ApiRequest;
  readonly json: string;
  readonly usage: ApiUsage;
  readonly stopReason: string;
};

type Event = { readonly type: string; readonly [key: string]: unknown };

/** The whole message, as a request without `stream` gets it. */
export function messageOf(reply: Reply): Record<string, unknown> {
  const { request, json } = reply;
  const content =
    request.forcedTool === undefined
      ? [{ type: "text", text: json, citations: null }]
      : [{ type: "tool_use", id: `toolu_${reply.id}`, name: request.forcedTool, input: safeJson(json) }];
  return { ...head(reply), content, stop_reason: reply.stopReason, usage: usage(reply.usage, reply.usage.output_tokens) };
}

/**
 * The events of a stream in their order.
 * Source: platform.claude.com/docs/en/build-with-claude/streaming, 2026-11, "Event types" and its tool use example.
 */
export function* eventsOf(reply: Reply, pieces: number): Generator<Event> {
  const { request, json } = reply;
  const tool = request.forcedTool;
  yield { type: "message_start", message: { ...head(reply), content: [], stop_reason: null, usage: usage(reply.usage, 1) } };
  yield {
    type: "content_block_start",
    index: 0,
    content_block:
      tool === undefined
        ? { type: "text", text: "", citations: null }
        : { type: "tool_use", id: `toolu_${reply.id}`, name: tool, input: {} },
  };
  yield { type: "ping" };
  const size = Math.max(1, Math.ceil(json.length / Math.max(1, pieces)));
  for (let at = 0; at < json.length; at += size) {
    const piece = json.slice(at, at + size);
    const delta = tool === undefined ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
    yield { type: "content_block_delta", index: 0, delta };
  }
  yield { type: "content_block_stop", index: 0 };
  yield {
    type: "message_delta",
    delta: { stop_reason: reply.stopReason, stop_sequence: null, stop_details: null, container: null },
    usage: { ...reply.usage, output_tokens_details: null, server_tool_use: null },
  };
  yield { type: "message_stop" };
}

export function sse(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The API's error body. */
export function errorBody(type: string, message: string, id: string): Record<string, unknown> {
  return { type: "error", error: { type, message, details: null }, request_id: `req_${id}` };
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

function usage(of: ApiUsage, outputTokens: number): Record<string, unknown> {
  const cache = { ephemeral_5m_input_tokens: of.cache_creation_input_tokens, ephemeral_1h_input_tokens: 0 };
  return { ...of, output_tokens: outputTokens, cache_creation: cache, service_tier: "standard", server_tool_use: null };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
