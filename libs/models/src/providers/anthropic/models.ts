import type { MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";
import type { CallOptions, ModelAnswer, ModelRequest, Models, Tier } from "../../port.ts";
import { bytesOf, ceilingOf } from "../../pricing/ceiling.ts";
import { listPrices, type Price, priceOf, WORKSPACE_FACTOR } from "../../pricing/prices.ts";
import { marked, renewal, unmarked } from "../../prompt-cache/breakpoints.ts";
import { prefixUse } from "../../prompt-cache/prefix-use.ts";
import { type PrefixWarmth, prefixWarmth, type Warming } from "../../prompt-cache/prefix-warmth.ts";
import { answerShape } from "../answer-shape.ts";
import { providerCall } from "../call.ts";
import { modelError } from "../errors.ts";
import { type Streamed, teller } from "../streamed.ts";
import { take } from "./answer.ts";
import { type AnthropicServer, anthropicClient } from "./client.ts";
import { requestBody } from "./request.ts";

/** Where Claude is asked, by which model for each tier, and at which prices: those of `listPrices` unless said. */
export type AnthropicOptions = AnthropicServer & {
  readonly modelOf: (tier: Tier) => string;
  /** Milliseconds since 1970, for the price in force; the clock unless given. */
  readonly now?: () => number;
  readonly prices?: readonly Price[];
  /** Whether prompts that come again are kept in the provider's cache; true unless said. */
  readonly contextCaching?: boolean;
};

/** The port over the Messages API, and a request that costs nothing to learn whether key and model are accepted. */
export type AnthropicModels = Models & {
  check(tier: Tier, signal: AbortSignal): Promise<void>;
  /** The day (ISO) on which the provider ends the tier's model, where it has said so. */
  endOf(tier: Tier, signal: AbortSignal): Promise<string | undefined>;
  /** From now on prompts that come again are kept in the provider's cache between their uses where that costs less than writing them anew. */
  keepWarm(warming: Warming): void;
};

/** Claude through the official SDK, which is loaded at the first call. Streams, never tries again, aborts the HTTP request with the signal. */
export function anthropicModels(options: AnthropicOptions): AnthropicModels {
  const now = options.now ?? Date.now;
  const prices = options.prices ?? listPrices;
  let warm: { readonly by: Warming; readonly warmth: PrefixWarmth } | undefined;
  const uses = options.contextCaching === false ? undefined : prefixUse(() => warm !== undefined);
  const loaded = anthropicClient(options);
  const priceFor = (model: string): Price => priceOf(model, now(), prices);

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, call?: CallOptions): Promise<ModelAnswer<T>> {
      signal.throwIfAborted();
      const model = options.modelOf(request.tier);
      const price = priceOf(model, now(), prices);
      const shape = answerShape(request.schema);
      const { client, strict } = await loaded();
      signal.throwIfAborted();
      const plain = requestBody(request, model, shape, shape.enforced ? strict(shape.jsonSchema) : undefined);
      const { body, life, began, renewable } = uses === undefined ? unmarked(plain) : marked(plain, uses, now(), request.task);
      const ceiling = ceilingOf(price, { bodyBytes: bytesOf(body), maxTokens: body.max_tokens, writes: life, factor: WORKSPACE_FACTOR });
      const tell = teller(call?.onText);
      const stream = async (headers: Record<string, string>, streamed: Streamed): Promise<void> => {
        for await (const event of await client.messages.create(body, { signal, headers })) {
          tell(take(streamed, event));
          if (event.type === "message_start") began();
        }
      };
      const answer = await providerCall({ request, model, price, priceFor, ceiling, shape, stream }, signal, call);
      if (warm !== undefined && renewable !== undefined) {
        const { digest, at, forMs } = renewable;
        const asked = renewal(body, at);
        const about = { tier: request.tier, task: request.task };
        warm.warmth.used(digest, forMs, () => renew(about, asked, digest));
      }
      return answer;
    },

    keepWarm(by) {
      warm ??= { by, warmth: prefixWarmth(by) };
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

    async endOf(tier, signal) {
      const model = options.modelOf(tier);
      const { ends } = priceFor(model);
      if (ends !== undefined) return ends;
      const { client } = await loaded();
      // A gateway without this path tells nothing, and is none the worse for it.
      const info: unknown = await client.models.retrieve(model, {}, { signal }).catch(() => undefined);
      const { data } = Lifecycle.safeParse(info);
      return data === undefined || data.lifecycle === "active" ? undefined : data.retires_at.slice(0, 10);
    },
  };

  /** Reads a prefix, which renews it; there is nothing in the answer. Rejects where it was not made. */
  async function renew(about: Pick<ModelRequest, "tier" | "task">, body: MessageCreateParamsStreaming, digest: string): Promise<void> {
    if (warm === undefined || uses === undefined) return;
    const { signal, meter } = warm.by;
    const { client } = await loaded();
    const { model } = body;
    const price = priceOf(model, now(), prices);
    const ceiling = ceilingOf(price, { bodyBytes: bytesOf(body), maxTokens: body.max_tokens, writes: "1h", factor: WORKSPACE_FACTOR });
    const request = { ...about, material: [], schema: Nothing };
    const shape = answerShape(request.schema);
    let begun = false;
    const stream = async (headers: Record<string, string>, streamed: Streamed): Promise<void> => {
      for await (const event of await client.messages.create(body, { signal, headers })) {
        take(streamed, event);
        if (event.type === "message_start") begun = true;
      }
    };
    const sent = now();
    await providerCall({ request, model, price, priceFor, ceiling, shape, stream }, signal, meter === undefined ? {} : { meter }).catch(
      (error: unknown) => {
        if (!begun) throw error; // an answer cut at one token fits no schema
      },
    );
    uses.sent(sent, digest, "1h");
    uses.began(digest);
  }
}

/** Of a model that the provider has said the end of. */
const Lifecycle = z.object({ lifecycle: z.string(), retires_at: z.string() });

const Nothing = z.unknown();
