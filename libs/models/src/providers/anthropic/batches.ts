import type { MessageCreateParamsNonStreaming } from "@anthropic-ai/sdk/resources/messages";
import { outcomeOf } from "../../batch-lane/outcome.ts";
import { wavesOf } from "../../batch-lane/waves.ts";
import { ModelError } from "../../errors.ts";
import type { ModelRequest } from "../../port.ts";
import { bytesOf, ceilingOf } from "../../pricing/ceiling.ts";
import { listPrices, type Price, priceOf, WORKSPACE_FACTOR } from "../../pricing/prices.ts";
import { boundariesOf, markedAt } from "../../prompt-cache/breakpoints.ts";
import { answerShape } from "../answer-shape.ts";
import type { ProviderBatches, RecentBatch } from "../batches.ts";
import { costOfFailure, modelError } from "../errors.ts";
import { anthropicClient } from "./client.ts";
import type { AnthropicOptions } from "./models.ts";
import { requestBody } from "./request.ts";

/** Message Batches through the official SDK, which is loaded at the first use. An item's `custom_id` is its call. */
export function anthropicBatches(options: AnthropicOptions): ProviderBatches {
  const now = options.now ?? Date.now;
  const prices = options.prices ?? listPrices;
  const loaded = anthropicClient(options);
  const caches = options.contextCaching !== false;
  const priceFor = (model: string): Price => priceOf(model, now(), prices);

  const paramsOf = async (request: ModelRequest): Promise<MessageCreateParamsNonStreaming> => {
    const { strict } = await loaded();
    const shape = answerShape(request.schema);
    const model = options.modelOf(request.tier);
    const { stream: _, ...params } = requestBody(request, model, shape, shape.enforced ? strict(shape.jsonSchema) : undefined);
    return params;
  };
  const asking = async <T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = modelError(thrown, "the batch");
      // `not_found_error`; another 404 is not the API's.
      throw error.code === "MODEL_UNKNOWN"
        ? new ModelError("MODEL_BATCH_ENDED", "the provider has no such batch", { cause: thrown })
        : error;
    }
  };

  return {
    async drawing(request) {
      const params = await paramsOf(request);
      const about = {
        bodyBytes: bytesOf(params),
        maxTokens: params.max_tokens,
        writes: caches ? "1h" : "none",
        lane: "batch",
        factor: WORKSPACE_FACTOR,
      } as const;
      return { tier: request.tier, model: params.model, ceiling: ceilingOf(priceFor(params.model), about) };
    },

    async inWaves(items) {
      if (!caches) return { first: items, rest: [] };
      return wavesOf(await Promise.all(items.map(async (item) => ({ item, boundaries: boundariesOf(await paramsOf(item.request)) }))));
    },

    async submit(items, signal) {
      const { client } = await loaded();
      const requests = await Promise.all(
        items.map(async ({ call, request, cacheAt }) => {
          const params = await paramsOf(request);
          return { custom_id: call, params: cacheAt === undefined ? params : markedAt(params, cacheAt) };
        }),
      );
      signal.throwIfAborted();
      try {
        const { id } = await client.messages.batches.create({ requests }, { signal });
        return { kind: "submitted", batch: id };
      } catch (thrown) {
        const error = modelError(thrown, "the batch");
        return { kind: costOfFailure(thrown).kind === "free" ? "refused" : "unanswered", error };
      }
    },

    async poll(batch, signal) {
      const { client } = await loaded();
      try {
        const { processing_status } = await asking(signal, () => client.messages.batches.retrieve(batch, undefined, { signal }));
        return processing_status === "ended" ? "ended" : "in_progress";
      } catch (error) {
        if (error instanceof ModelError && error.code === "MODEL_BATCH_ENDED") return "missing";
        throw error;
      }
    },

    async *results(batch, requestOf, signal) {
      const { client } = await loaded();
      const lines = await asking(signal, () => client.messages.batches.results(batch, undefined, { signal }));
      const each = lines[Symbol.asyncIterator]();
      for (;;) {
        const { value, done } = await asking(signal, () => each.next());
        signal.throwIfAborted(); // the SDK ends the iteration quietly
        if (done === true) return;
        const request = requestOf(value.custom_id);
        if (request !== undefined) yield outcomeOf(value, request, priceFor);
      }
    },

    async recent(since, signal) {
      const { client } = await loaded();
      return asking(signal, async () => {
        const found: RecentBatch[] = [];
        for await (const one of client.messages.batches.list({ limit: 100 }, { signal })) {
          const createdAt = Date.parse(one.created_at);
          if (createdAt < since) break;
          const items = Object.values(one.request_counts).reduce((sum, count) => sum + count, 0);
          found.push({ batch: one.id, createdAt, ended: one.processing_status === "ended", items });
        }
        return found;
      });
    },
  };
}
