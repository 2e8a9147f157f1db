import { costMicros, listPrices, type Price } from "../../pricing/prices.ts";

/** Tokens of one answer, as the Messages API names them; the OpenAI routes are counted in the same words. */
export type ApiUsage = {
  /** Neither read from the prompt cache nor written to it. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  /** Both lifetimes together. */
  readonly cache_creation_input_tokens: number;
  /** All of them live five minutes where this is absent. */
  readonly cache_creation?: CacheCreation;
};

export type CacheCreation = { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };

/** As the log and the reports have them. */
export type ApiTokens = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
};

/** The Message Batches API charges half of all rates; source: platform.claude.com/docs/en/build-with-claude/batch-processing, 2026-11. */
const BATCH_DIVISOR = 2;

export function cacheCreationOf(usage: ApiUsage): CacheCreation {
  return usage.cache_creation ?? { ephemeral_5m_input_tokens: usage.cache_creation_input_tokens, ephemeral_1h_input_tokens: 0 };
}

export function tokensOf(usage: ApiUsage): ApiTokens {
  const written = cacheCreationOf(usage);
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite5m: written.ephemeral_5m_input_tokens,
    cacheWrite1h: written.ephemeral_1h_input_tokens,
  };
}

/** Integer micro-dollars at the price in force at `at` (milliseconds since 1970), rounded up; a model of a test's own costs nothing. */
export function bill(model: string, tokens: ApiTokens, batch: boolean, at: number, prices: readonly Price[] = listPrices): number {
  const name = model.replace(/-\d{8}$/, "");
  const rows = prices.filter((row) => row.model === model || row.model === name);
  const price = rows.findLast((row) => Date.parse(row.since) <= at) ?? rows[0];
  if (price === undefined) return 0;
  const full = costMicros(price, {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cacheWrite1hTokens: tokens.cacheWrite1h,
  });
  return batch ? Math.ceil(full / BATCH_DIVISOR) : full;
}

/** The counted usage with what a test wants to be told instead. */
export function overridden(counted: ApiUsage, instead: Partial<ApiUsage> = {}): ApiUsage {
  const { cache_creation: _, ...flat } = counted;
  // A total that was given says nothing about lifetimes: those that were counted no longer add up to it.
  return { ...(instead.cache_creation_input_tokens === undefined ? counted : flat), ...instead };
}
