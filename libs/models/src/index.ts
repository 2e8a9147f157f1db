export { type AnthropicModels, type AnthropicOptions, anthropicModels } from "./anthropic.ts";
export { type ChooseOptions, type ChosenModels, chooseModels } from "./choose.ts";
export { ModelError, type ModelErrorCode, modelErrorCodes, type Spent } from "./errors.ts";
export type { CallCost, CallOptions, Drawing, Meter, ModelAnswer, ModelRequest, Models, Passage, Tier, Usage } from "./port.ts";
export { costMicros, listPrices, type Price, type PricedUsage, priceOf, type Rates } from "./prices.ts";
export { proxyFromEnv } from "./proxy.ts";
export { type RequestAbout, requestDigest } from "./request-digest.ts";
export { cachedModels, type ResultCacheOptions } from "./result-cache.ts";
export { defaultTiers } from "./tiers.ts";
