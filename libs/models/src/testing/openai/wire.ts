import type { ApiUsage } from "../books/api-usage.ts";
import { piecesOf, type Refusal, type Reply, type Wire } from "../server/wire.ts";

/** Source: platform.openai.com/docs/guides/error-codes, 2026-11. */
const ERRORS: Readonly<Record<Refusal, readonly [status: number, type: string, code: string | null]>> = {
  authentication: [401, "invalid_request_error", "invalid_api_key"],
  invalid: [400, "invalid_request_error", null],
  not_found: [404, "invalid_request_error", "model_not_found"],
  too_large: [413, "invalid_request_error", "request_too_large"],
  rate_limited: [429, "requests", "rate_limit_exceeded"],
  overloaded: [503, "server_error", "overloaded"],
  internal: [500, "server_error", null],
};

/**
 * Chat completions, as OpenAI and the many servers compatible with it speak them.
 * Source: platform.openai.com/docs/api-reference/chat and …/chat-streaming, 2026-11.
 */
export const openaiWire: Wire = {
  provider: "openai",
  idHeader: "x-request-id",
  error(why, message) {
    const [status, type, code] = ERRORS[why];
    return { status, body: { error: { message, type, param: null, code } } };
  },
  errorOf(status, message, _id, given) {
    const [, type, code] = Object.values(ERRORS).find(([of]) => of === status) ?? [
      status,
      status < 500 ? "invalid_request_error" : "server_error",
      null,
    ];
    return { error: { message, type: given ?? type, param: null, code } };
  },
  whole: (reply) => ({
    ...head(reply, "chat.completion"),
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: reply.json, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: finish(reply),
      },
    ],
    usage: openaiUsage(reply.usage),
  }),
  frames(reply, pieces) {
    const chunk = (choices: unknown[], usage: unknown = null): string => {
      const counted = reply.request.streamUsage === true ? { usage } : {};
      return `data: ${JSON.stringify({ ...head(reply, "chat.completion.chunk"), choices, ...counted })}\n\n`;
    };
    const choice = (delta: unknown, reason: string | null = null): unknown[] => [
      { index: 0, delta, logprobs: null, finish_reason: reason },
    ];
    return [
      { text: chunk(choice({ role: "assistant", content: "", refusal: null })), delta: false },
      ...piecesOf(reply.json, pieces).map((content) => ({ text: chunk(choice({ content })), delta: true })),
      { text: chunk(choice({}, finish(reply))), delta: false },
      ...(reply.request.streamUsage === true ? [{ text: chunk([], openaiUsage(reply.usage)), delta: false }] : []),
      { text: "data: [DONE]\n\n", delta: false },
    ];
  },
};

/** `prompt_tokens` are all of the prompt, those read from the cache too; writing to it costs nothing there. */
function openaiUsage(usage: ApiUsage): Record<string, unknown> {
  const prompt = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output_tokens,
    total_tokens: prompt + usage.output_tokens,
    prompt_tokens_details: { cached_tokens: usage.cache_read_input_tokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };
}

function head({ id, request }: Reply, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(Date.now() / 1_000), model: request.model, service_tier: "default" };
}

const finish = ({ cut }: Reply): string => (cut ? "length" : "stop");
