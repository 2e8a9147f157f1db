import type { OpenAI } from "openai";
import { ModelError } from "../../errors.ts";
import type { CallOptions, ModelAnswer, ModelRequest, Models, Tier } from "../../port.ts";
import { bytesOf, ceilingOf } from "../../pricing/ceiling.ts";
import { freePrice, listPrices, type Price, priceOf } from "../../pricing/prices.ts";
import { answerShape } from "../answer-shape.ts";
import { providerCall } from "../call.ts";
import { modelError } from "../errors.ts";
import { type Streamed, teller } from "../streamed.ts";
import { takeChunk } from "./answer.ts";
import { chatBody, maxTokensOf } from "./request.ts";

export type OpenAIServer = {
  /** Servers of one's own mostly want none. */
  readonly apiKey?: string | undefined;
  /** With its version, as `http://127.0.0.1:11434/v1`; OpenAI's own unless given. */
  readonly baseURL?: string | undefined;
  /** Instead of the global one, for an own proxy or connection pool. */
  readonly fetch?: typeof globalThis.fetch;
};

export type OpenAIOptions = OpenAIServer & {
  readonly modelOf: (tier: Tier) => string;
  /** Milliseconds since 1970, for the price in force; the clock unless given. */
  readonly now?: () => number;
  readonly prices?: readonly Price[];
};

/** How long a server may take to begin an answer; one of one's own may load the model first. */
const HEADERS_TIMEOUT_MS = 600_000;
const OPENAI = "https://api.openai.com/v1";

/**
 * The port over chat completions, as OpenAI and the servers compatible with it (Ollama, vLLM, llama.cpp, gateways) speak them,
 * through the official SDK, which is loaded at the first call. Streams, never tries again, aborts the request with the signal.
 */
export function openaiModels(
  options: OpenAIOptions,
): Models & { check(tier: Tier, signal: AbortSignal): Promise<void>; endOf(tier: Tier): Promise<string | undefined> } {
  const price = pricing(options);
  const client = openaiClient(options);
  const newer = /(^|\.)openai\.(com|azure\.com)$/.test(hostOf(options.baseURL ?? OPENAI));

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, call?: CallOptions): Promise<ModelAnswer<T>> {
      signal.throwIfAborted();
      const model = options.modelOf(request.tier);
      const rates = price(model);
      const shape = answerShape(request.schema);
      const { chat } = await client();
      signal.throwIfAborted();
      const body = chatBody(request, model, shape, newer);
      // Where writing to the cache costs more, it is done without being asked.
      const ceiling = ceilingOf(rates, { bodyBytes: bytesOf(body), maxTokens: maxTokensOf(request), writes: "5m" });
      const tell = teller(call?.onText);
      const stream = async (headers: Record<string, string>, streamed: Streamed): Promise<void> => {
        for await (const chunk of await chat.completions.create(body, { signal, headers })) tell(takeChunk(streamed, chunk));
      };
      return providerCall({ request, model, price: rates, priceFor: price, ceiling, shape, stream }, signal, call);
    },

    async check(tier, signal) {
      signal.throwIfAborted();
      const model = options.modelOf(tier);
      price(model);
      const { models } = await client();
      try {
        const { data } = await models.list({ signal });
        // Ollama lists `llama3:latest` for what it also serves as `llama3`.
        if (data.length === 0 || data.some(({ id }) => id === model || id.startsWith(`${model}:`))) return;
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        const error = modelError(thrown, model);
        // A server without a list of its models is none the worse for it.
        if (hasStatus(thrown, 404) || hasStatus(thrown, 405)) return;
        throw error;
      }
      throw new ModelError("MODEL_UNKNOWN", `the server does not list the model ${model}`);
    },

    /** The protocol has no word for it: what `models.prices` says. */
    endOf: (tier) => Promise.resolve(price(options.modelOf(tier)).ends),
  };
}

/** A client that is made, and its SDK loaded, when first wanted. */
export function openaiClient({ apiKey, baseURL, fetch }: OpenAIServer): () => Promise<OpenAI> {
  let loading: Promise<OpenAI> | undefined;
  return () => (loading ??= load());

  async function load(): Promise<OpenAI> {
    const { OpenAI } = await import("openai");
    return new OpenAI({
      apiKey: apiKey ?? "none",
      baseURL: baseURL ?? OPENAI,
      maxRetries: 0,
      timeout: HEADERS_TIMEOUT_MS,
      ...(fetch === undefined ? {} : { fetch }),
    });
  }
}

/** The price in force of a model. Without one in the list, a model of a server on loopback is free. @throws ModelError `MODEL_PRICE_MISSING` */
export function pricing({ baseURL, now = Date.now, prices = listPrices }: Omit<OpenAIOptions, "modelOf">): (model: string) => Price {
  const own = LOOPBACK.has(hostOf(baseURL ?? OPENAI));
  return (model) => (own && !prices.some((row) => row.model === model) ? freePrice(model) : priceOf(model, now(), prices));
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

function hasStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof Error && "status" in thrown && thrown.status === status;
}
