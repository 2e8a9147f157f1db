import type { Amount } from "@armada/contracts";
import type { Usage } from "../port.ts";
import { type Lane, type Price, type Rates, ratesFor } from "./prices.ts";

/** The longest that entries live which a request may write into the provider's prompt cache. */
export type CacheLife = "none" | "5m" | "1h";

/**
 * What the provider itself adds to a prompt: the frame of its messages and, with a format, how to answer in it. Its length is not
 * published; the longest that is, the frame of a tool, has 530 tokens, and this is nearly twice that.
 * Source: docs.anthropic.com/en/docs/tool-use-pricing-and-tokens, 2026-11.
 */
const ADDED_TOKENS = 1_024;

/**
 * The most that a request can cost, known before it is sent: no text has more tokens than UTF-8 bytes, and the body, which
 * holds all of the prompt, has at least its bytes; each is priced at the dearest rate that may apply to it. Rounded up.
 */
export function ceilingOf(
  price: Price,
  about: {
    readonly bodyBytes: number;
    readonly maxTokens: number;
    readonly writes: CacheLife;
    readonly lane?: Lane;
    /** What the provider may multiply its rates by without being asked to; 1 unless said. */
    readonly factor?: number;
  },
): Amount {
  const { bodyBytes, maxTokens, writes, lane = "live", factor = 1 } = about;
  const prompt = bodyBytes + ADDED_TOKENS;
  const above = ratesFor(price, prompt);
  const input = Math.max(dearest(price, writes), dearest(above, writes));
  const output = Math.max(price.output, above.output);
  const sum = (prompt * input + maxTokens * output) * factor * (lane === "batch" ? (price.batch ?? 1) : 1);
  return { micros: Math.ceil(Number((sum / 1_000_000).toFixed(6))), tokens: prompt + maxTokens };
}

/** UTF-8 bytes of a request's body as JSON. */
export function bytesOf(body: unknown): number {
  return Buffer.byteLength(JSON.stringify(body));
}

/** Tokens of every kind: what a budget in tokens counts. */
export function tokensOf(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
}

function dearest(rates: Rates, writes: CacheLife): number {
  const written = { none: 0, "5m": rates.cacheWrite5m, "1h": Math.max(rates.cacheWrite5m, rates.cacheWrite1h) };
  return Math.max(rates.input, rates.cacheRead, written[writes]);
}
