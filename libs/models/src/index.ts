export { type AnthropicModels, type AnthropicOptions, anthropicModels } from "./anthropic.ts";
export { anthropicBatches } from "./anthropic-batches.ts";
export { type BatchLane, type BatchLaneOptions, batchLane } from "./batch-lane.ts";
export { type BatchingOptions, batchedModels } from "./call-batching.ts";
export { type ChooseOptions, type ChosenModels, chooseModels, type ModelProblem } from "./choose.ts";
export type { Embedded, Embeddings } from "./embeddings.ts";
export { ModelError, type ModelErrorCode, modelErrorCodes, type Spent } from "./errors.ts";
export { localEmbeddings } from "./local-embeddings.ts";
export { openaiEmbeddings } from "./openai-embeddings.ts";
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
export { pricesFrom } from "./price-text.ts";
export { costMicros, listPrices, type Price, type PricedUsage, priceOf, type Rates } from "./prices.ts";
export type { BatchItem, BatchOutcome, ProviderBatches, RecentBatch, Submitted } from "./provider-batches.ts";
export { proxyFromEnv } from "./proxy.ts";
export { limitedModels, type RateLimitOptions } from "./rate-limits.ts";
export { type RequestAbout, requestDigest } from "./request-digest.ts";
export { cachedModels, type ResultCacheOptions } from "./result-cache.ts";
export { storedEmbeddings } from "./stored-embeddings.ts";
export { defaultTiers } from "./tiers.ts";
