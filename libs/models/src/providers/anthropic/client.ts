import type { Anthropic } from "@anthropic-ai/sdk";

export type AnthropicServer = {
  readonly apiKey: string;
  readonly baseURL?: string | undefined;
  /** Instead of the global one, for an own proxy or connection pool. */
  readonly fetch?: typeof globalThis.fetch;
};

type Loaded = {
  readonly client: Anthropic;
  /** The schema as constrained answers take it. */
  readonly strict: (schema: { readonly [key: string]: unknown }) => { [key: string]: unknown };
};

/** How long the API may take to begin an answer; an agent's own timeout, the signal, is shorter. */
const HEADERS_TIMEOUT_MS = 600_000;

/** The official client, made, and its SDK loaded, when first wanted. It never tries again by itself. */
export function anthropicClient(options: AnthropicServer): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined;
  return () => (loading ??= load(options));
}

async function load(options: AnthropicServer): Promise<Loaded> {
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
