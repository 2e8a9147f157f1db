import { ModelError } from "../errors.ts";
import type { Usage } from "../port.ts";

/** Integer micro-dollars for a million tokens: 1_000_000 is one dollar per MTok. */
export type Rates = {
  readonly input: number;
  readonly output: number;
  /** Writing to the provider's prompt cache, by how long the entry lives. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
};

/** A model's list price from `since` (ISO date, UTC) until the next row of the same model. */
export type Price = Rates & {
  readonly model: string;
  readonly since: string;
  /** Rates of a whole request whose prompt (input + cache reads + cache writes) is longer than `promptTokens`, the shortest first. */
  readonly above?: readonly (Rates & { readonly promptTokens: number })[];
  /** The share of these rates that a request in a batch costs; absent where there is no discount. */
  readonly batch?: number;
  /** What all rates are multiplied by, for each name in the usage's `factors`; those of `FACTORS` where absent. */
  readonly factors?: Readonly<Record<string, number>>;
  /** The day (ISO) on which its provider ends the model. */
  readonly ends?: string;
};

/** A request of its own, or one in a batch that the provider answers within a day. */
export type Lane = "live" | "batch";

/** What else a price sees beside `Usage`: all that makes the same tokens cost something else. */
export type PricedUsage = Usage & {
  /** Of the cache writes, how many live an hour. */
  readonly cacheWrite1hTokens?: number;
  /** Where and how it was served: `us`, `fast`, `priority`, …; each name once. */
  readonly factors?: readonly string[];
  readonly webSearches?: number;
  /** The model that served it where another than the one that was asked. */
  readonly servedBy?: string;
  /** What other models, or other requests of the same, took for this answer beside the counts here. */
  readonly others?: readonly { readonly model: string | undefined; readonly usage: PricedUsage }[];
};

/**
 * What all rates are multiplied by where the usage names it and the price does not say otherwise; of other names nothing is known.
 * Sources: platform.claude.com/docs/en/about-claude/pricing (`inference_geo: "us"`, fast mode) and
 * developers.openai.com/api/docs/pricing (the dearest of each service tier; flex costs less where the price says so), 2026-11.
 */
export const FACTORS: Readonly<Record<string, number>> = { us: 1.1, fast: 2, priority: 2, ultrafast: 6 };

/** Of a workspace that has its requests served in one country, without their asking for it. */
export const WORKSPACE_FACTOR = FACTORS.us ?? 1;

/** Micro-dollars of one web search. Source: platform.claude.com/docs/en/about-claude/pricing, 2026-11. */
const WEB_SEARCH = 10_000;

const rates = (input: number, output: number, cacheWrite5m: number, cacheWrite1h: number, cacheRead: number): Rates => ({
  input,
  output,
  cacheWrite5m,
  cacheWrite1h,
  cacheRead,
});
const OPUS_4 = rates(5_000_000, 25_000_000, 6_250_000, 10_000_000, 500_000);
const SONNET_4 = rates(3_000_000, 15_000_000, 3_750_000, 6_000_000, 300_000);

/** Where a price has no date of its own. */
export const ALWAYS = "1970-01-01";

const CHECKED = "2026-11-22";

/** Of all rates, cache rates too. Source: platform.claude.com/docs/en/build-with-claude/batch-processing, "Pricing", checked 2026-11-22. */
const BATCH = 0.5;

/**
 * Source: platform.claude.com/docs/en/about-claude/pricing and the models' own overview pages there, checked 2026-11-22.
 * `since` is the release of the model, the day of a price change, or the day of the check where only the price is known;
 * rows of one model are in order of time, and the first holds for all time before it.
 * Every model here accepts `output_config.format`, on which the adapter relies.
 */
const listed: readonly Price[] = [
  {
    model: "claude-haiku-5-5",
    since: "2026-10-07",
    ...rates(100_000, 500_000, 125_000, 200_000, 10_000),
    above: [{ promptTokens: 100_000, ...rates(500_000, 2_500_000, 625_000, 1_000_000, 50_000) }],
  },
  { model: "claude-sonnet-5-5", since: "2026-09-28", ...rates(2_000_000, 10_000_000, 2_500_000, 4_000_000, 200_000) },
  { model: "claude-sonnet-5-5", since: "2026-10-07", ...rates(2_000_000, 10_000_000, 2_500_000, 4_000_000, 100_000) },
  { model: "claude-opus-5-5", since: "2026-09-22", ...rates(4_000_000, 20_000_000, 5_000_000, 8_000_000, 200_000) },
  { model: "claude-opus-5", since: "2026-07-24", ...OPUS_4 },
  { model: "claude-sonnet-5", since: CHECKED, ...rates(2_000_000, 10_000_000, 2_500_000, 4_000_000, 200_000) },
  { model: "claude-haiku-4-5", since: CHECKED, ...rates(1_000_000, 5_000_000, 1_250_000, 2_000_000, 100_000) },
  { model: "claude-sonnet-4-6", since: CHECKED, ...SONNET_4 },
  { model: "claude-opus-4-8", since: CHECKED, ...OPUS_4 },
  { model: "claude-opus-4-7", since: CHECKED, ...OPUS_4 },
  { model: "claude-opus-4-6", since: CHECKED, ...OPUS_4 },
  { model: "claude-opus-4-5", since: CHECKED, ...OPUS_4 },
];
/** The list prices that this build knows, each row with the day since which it holds, and a discount for batches. */
export const listPrices: readonly Price[] = listed.map((row) => ({ ...row, batch: BATCH }));

/**
 * The price in force at `at` (milliseconds since 1970). A dated id, `claude-haiku-4-5-20251001`, has the price of its name.
 * Before a model's first row that row holds, so a clock that is behind never stops a call.
 * @throws ModelError `MODEL_PRICE_MISSING`: a call whose cost cannot be known is not made.
 */
export function priceOf(model: string, at: number, prices: readonly Price[] = listPrices): Price {
  const name = model.replace(/-\d{8}$/, "");
  const rows = prices.filter((row) => row.model === model || row.model === name);
  const price = rows.findLast((row) => Date.parse(row.since) <= at) ?? rows[0];
  if (price !== undefined) return price;
  const known = [...new Set(prices.map((row) => row.model))].join(", ");
  throw new ModelError("MODEL_PRICE_MISSING", `no price is known for the model ${JSON.stringify(model)}; known are ${known}`, {
    hint: `add its price to models.prices in armada.config.ts, e.g. "${model}: $1 in, $5 out" (dollars per million tokens), or "${model}: free"`,
  });
}

/** Of a server that nobody pays for by the token: one's own. */
export function freePrice(model: string): Price {
  return { model, since: ALWAYS, ...rates(0, 0, 0, 0, 0) };
}

/** Integer micro-dollars, rounded up, so that what is counted is never below what is billed. */
export function costMicros(price: Price, usage: PricedUsage, lane: Lane = "live"): number {
  const written = usage.cacheWriteTokens ?? 0;
  const hour = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const read = usage.cacheReadTokens ?? 0;
  const prompt = usage.inputTokens + read + written;
  const applied = ratesFor(price, prompt);
  const sum =
    usage.inputTokens * applied.input +
    usage.outputTokens * applied.output +
    (written - hour) * applied.cacheWrite5m +
    hour * applied.cacheWrite1h +
    read * applied.cacheRead;
  const share = lane === "batch" ? (price.batch ?? 1) : 1;
  const factor = (usage.factors ?? []).reduce((all, name) => all * (price.factors?.[name] ?? FACTORS[name] ?? 1), 1);
  return Math.ceil(Number(((sum * share * factor) / 1_000_000).toFixed(6))) + (usage.webSearches ?? 0) * WEB_SEARCH;
}

/** The rates of a request with so long a prompt. */
export function ratesFor(price: Price, promptTokens: number): Rates {
  return price.above?.findLast((tier) => promptTokens > tier.promptTokens) ?? price;
}

/**
 * What an answer cost, other models' parts included. `priceFor`: of a model by its name.
 * @throws ModelError `MODEL_PRICE_MISSING`
 */
export function costOfAll(price: Price, usage: PricedUsage, priceFor: (model: string) => Price, lane: Lane = "live"): number {
  const own = usage.servedBy === undefined ? price : priceFor(usage.servedBy);
  const others = usage.others ?? [];
  return others.reduce(
    (sum, { model, usage: part }) => sum + costMicros(model === undefined ? own : priceFor(model), part, lane),
    costMicros(own, usage, lane),
  );
}
