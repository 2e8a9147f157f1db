export { type BatchLane, type BatchLaneOptions, batchLane } from "./batch-lane/lane.ts";
export { type ChooseOptions, type ChosenModels, chooseModels, type ModelProblem } from "./choose.ts";
export { type BatchingOptions, batchedModels } from "./coalescing/call-batching.ts";
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
export { openaiEmbeddings } from "./providers/openai/embeddings.ts";
export { proxyFromEnv } from "./providers/proxy.ts";
export { limitedModels, type RateLimitOptions } from "./rate-limit/limits.ts";
export { cachedModels, type ResultCacheOptions } from "./result-cache/cache.ts";
export { type RequestAbout, requestDigest } from "./result-cache/request-digest.ts";
export { defaultTiers } from "./tiers.ts";
