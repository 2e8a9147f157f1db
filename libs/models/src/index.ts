/**
 * Model calls: one port, `Models`, and what stands in front of a provider. `libs/runtime/src/spending.ts` puts the layers together:
 *
 *     attempt ─ result-cache ─ batch-lane ─ coalescing ─ rate-limit ─ choice by tier ─ providers/{anthropic,openai} or the local model
 *               asked before?  may wait?    with others?  at its pace                  prompt-cache marks, pricing, one meter a call
 *
 * A layer is a `Models` around a `Models`. What is paid is told to the request's meter, which stands at the provider's end, so
 * an answer from the cache costs nothing and a joint request is divided among those who share it (`coalescing/shares.ts`).
 */
export { type BatchLane, type BatchLaneOptions, batchLane } from "./batch-lane/lane.ts";
export { type ChooseOptions, type ChosenModels, chooseModels, type ModelProblem } from "./choose.ts";
export { type BatchingOptions, batchedModels } from "./coalescing/call-batching.ts";
export { defaultTiers } from "./default-tiers.ts";
export { localEmbeddings } from "./embeddings/local.ts";
export type { Embedded, Embeddings } from "./embeddings/port.ts";
export { storedEmbeddings } from "./embeddings/stored.ts";
export { ModelError, type ModelErrorCode, modelErrorCodes, type Spent } from "./errors.ts";
export type {
  CallCost,
  CallOptions,
  Drawing,
  EarlierCall,
  LaneNotes,
  Meter,
  ModelAnswer,
  ModelRequest,
  Models,
  Passage,
  Tier,
  Usage,
} from "./port.ts";
export { pricesFrom } from "./pricing/price-text.ts";
export { costMicros, listPrices, type Price, type PricedUsage, priceOf, type Rates } from "./pricing/prices.ts";
export { anthropicBatches } from "./providers/anthropic/batches.ts";
export { type AnthropicModels, type AnthropicOptions, anthropicModels } from "./providers/anthropic/models.ts";
export type { BatchItem, BatchOutcome, ProviderBatches, RecentBatch, Submitted } from "./providers/batches.ts";
export { type Fitted, fitted } from "./providers/fitted.ts";
export { openaiEmbeddings } from "./providers/openai/embeddings.ts";
export { proxyFromEnv } from "./providers/proxy.ts";
export { limitedModels, type RateLimitOptions } from "./rate-limit/limits.ts";
export { cachedModels, type ResultCacheOptions } from "./result-cache/cache.ts";
export { type RequestAbout, requestDigest } from "./result-cache/request-digest.ts";
export { storedAnswer } from "./result-cache/stored.ts";
export { routeOf } from "./route.ts";
