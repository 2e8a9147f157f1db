import type { Anthropic } from "@anthropic-ai/sdk";
import { answerShape } from "./answer-shape.ts";
import { answerOf, nothingYet, type Streamed, take } from "./anthropic-answer.ts";
import { modelError } from "./anthropic-errors.ts";
import { requestBody, requestHeaders } from "./anthropic-request.ts";
import { ModelError } from "./errors.ts";
import type { ModelAnswer, ModelRequest, Models, Tier } from "./port.ts";
import { costMicros, listPrices, type Price, priceOf } from "./prices.ts";

export type AnthropicOptions = {
  readonly apiKey: string;
  readonly baseURL?: string | undefined;
  readonly modelOf: (tier: Tier) => string;
  /** Milliseconds since 1970, for the price in force; the clock unless given. */
  readonly now?: () => number;
  readonly prices?: readonly Price[];
  /** Instead of the global one, for an own proxy or connection pool. */
  readonly fetch?: typeof globalThis.fetch;
};

/** The port over the Messages API, and a request that costs nothing to learn whether key and model are accepted. */
export type AnthropicModels = Models & { check(tier: Tier, signal: AbortSignal): Promise<void> };

/** How long the API may take to begin an answer; an agent's own timeout, the signal, is shorter. */
const HEADERS_TIMEOUT_MS = 600_000;

/** Claude through the official SDK, which is loaded at the first call. Streams, never tries again, aborts the HTTP request with the signal. */
export function anthropicModels(options: AnthropicOptions): AnthropicModels {
  const now = options.now ?? Date.now;
  const prices = options.prices ?? listPrices;
  let loading: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => (loading ??= load(options));

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal): Promise<ModelAnswer<T>> {
      signal.throwIfAborted();
      const model = options.modelOf(request.tier);
      const price = priceOf(model, now(), prices);
      const shape = answerShape(request.schema);
      const { client, strict } = await loaded();
      signal.throwIfAborted();
      const body = requestBody(request, model, shape, shape.enforced ? strict(shape.jsonSchema) : undefined);
      const streamed = nothingYet(model);
      try {
        const stream = await client.messages.create(body, { signal, headers: requestHeaders(request) });
        for await (const event of stream) take(streamed, event);
        // The SDK ends the iteration quietly when it was aborted.
        signal.throwIfAborted();
        if (!streamed.complete) throw new ModelError("MODEL_STREAM_BROKEN", `the answer of ${model} broke off before its end`);
        const value = answerOf(streamed, shape, request.schema);
        return { value, model: streamed.model, usage: plain(streamed), costMicros: costMicros(price, streamed.usage) };
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        if (!streamed.begun) throw modelError(thrown, model);
        const cost = costMicros(price, streamed.usage);
        throw modelError(thrown, model, { model: streamed.model, usage: plain(streamed), costMicros: cost, exact: streamed.complete });
      }
    },

    async check(tier, signal) {
      signal.throwIfAborted();
      const model = options.modelOf(tier);
      priceOf(model, now(), prices);
      const { client } = await loaded();
      try {
        // Counting tokens is free of charge and refuses a key or a model as a message would.
        await client.messages.countTokens({ model, messages: [{ role: "user", content: "ping" }] }, { signal });
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        throw modelError(thrown, model);
      }
    },
  };
}

function plain({ usage: { cacheWrite1hTokens: _, ...usage } }: Streamed): ModelAnswer["usage"] {
  return usage;
}

type Loaded = { readonly client: Anthropic; readonly strict: (schema: { readonly [key: string]: unknown }) => { [key: string]: unknown } };

async function load(options: AnthropicOptions): Promise<Loaded> {
  const [{ Anthropic }, { transformJSONSchema }] = await Promise.all([
    import("@anthropic-ai/sdk"),
    import("@anthropic-ai/sdk/lib/transform-json-schema"),
  ]);
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseURL ?? "https://api.anthropic.com",
    maxRetries: 0,
    timeout: HEADERS_TIMEOUT_MS,
    // The engine makes the span of a model call; the SDK's own would double it and send our trace ids to the provider.
    openTelemetry: false,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return { client, strict: (schema) => ({ ...transformJSONSchema({ ...schema }) }) };
}
