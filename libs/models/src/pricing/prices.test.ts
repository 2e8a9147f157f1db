import { expect, test } from "vitest";
import { modelErrorCodes } from "../errors.ts";
import { costMicros, costOfAll, priceOf } from "./prices.ts";

const noon = Date.parse("2026-11-22T12:00:00Z");

test("a price holds from its day on", () => {
  expect(priceOf("claude-sonnet-5-5", Date.parse("2026-10-06T23:59:59Z")).cacheRead).toBe(200_000);
  expect(priceOf("claude-sonnet-5-5", Date.parse("2026-10-07T00:00:00Z")).cacheRead).toBe(100_000);
  expect(priceOf("claude-sonnet-5-5", 0).since).toBe("2026-09-28");
});

test("a dated id has the price of its name; a name without a price is an error", () => {
  expect(priceOf("claude-haiku-4-5-20251001", noon).model).toBe("claude-haiku-4-5");
  expect(() => priceOf("claude-nine", noon)).toThrow(
    expect.objectContaining({ code: "MODEL_PRICE_MISSING", hint: expect.stringContaining('"claude-nine: $1 in, $5 out"') }),
  );
});

test("a million tokens cost the list price, and a part of a micro-dollar is a whole one", () => {
  const opus = priceOf("claude-opus-5-5", noon);
  expect(costMicros(opus, { inputTokens: 1_000_000, outputTokens: 0 })).toBe(4_000_000);
  expect(costMicros(opus, { inputTokens: 0, outputTokens: 1_000_000 })).toBe(20_000_000);
  const haiku = priceOf("claude-haiku-5-5", noon);
  expect(costMicros(haiku, { inputTokens: 1, outputTokens: 0 })).toBe(1);
});

test("a prompt over the threshold, its cached part counted, has the higher rates as a whole", () => {
  const haiku = priceOf("claude-haiku-5-5", noon);
  expect(costMicros(haiku, { inputTokens: 100_000, outputTokens: 1_000 })).toBe(10_000 + 500);
  expect(costMicros(haiku, { inputTokens: 1_000, cacheReadTokens: 99_001, outputTokens: 1_000 })).toBe(Math.ceil(500 + 4_950.05 + 2_500));
});

test("cache writes that live an hour cost more", () => {
  const sonnet = priceOf("claude-sonnet-5-5", noon);
  const usage = { inputTokens: 0, outputTokens: 0, cacheWriteTokens: 1_000_000, cacheWrite1hTokens: 400_000 };
  expect(costMicros(sonnet, usage)).toBe(600_000 * 2.5 + 400_000 * 4);
});

test("in a batch every rate is halved, and the sum is rounded once", () => {
  const haiku = priceOf("claude-haiku-5-5", noon);
  const usage = { inputTokens: 1_001, outputTokens: 7, cacheReadTokens: 3, cacheWriteTokens: 9 };
  const exact = (1_001 * 0.1 + 7 * 0.5 + 3 * 0.01 + 9 * 0.125) / 2;
  expect(costMicros(haiku, usage, "batch")).toBe(Math.ceil(exact));
  const { batch: _, ...undiscounted } = haiku;
  expect(costMicros(undiscounted, usage, "batch")).toBe(costMicros(haiku, usage));
});

test("where and how it was served multiplies every rate, and searches come on top", () => {
  const opus = priceOf("claude-opus-5-5", noon);
  const usage = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 1_000, cacheWriteTokens: 1_000 };
  const plain = costMicros(opus, usage);
  expect(plain).toBe(4_000 + 2_000 + 200 + 5_000);
  expect(costMicros(opus, { ...usage, factors: ["us"] })).toBe(12_320);
  expect(costMicros(opus, { ...usage, factors: ["us", "fast"] })).toBe(24_640);
  expect(costMicros(opus, { ...usage, factors: ["us"] }, "batch")).toBe(6_160);
  expect(costMicros(opus, { ...usage, factors: ["us"], webSearches: 3 })).toBe(42_320);
  expect(costMicros(opus, { ...usage, factors: ["eu-somewhere"] })).toBe(plain);
});

test("every model that had a part in an answer is paid at its own price", () => {
  const priceFor = (model: string) => priceOf(model, noon);
  const haiku = priceFor("claude-haiku-5-5");
  const usage = { inputTokens: 1_000, outputTokens: 100 };
  expect(costOfAll(haiku, usage, priceFor)).toBe(150);
  const advised = {
    ...usage,
    others: [
      { model: "claude-opus-5-5", usage },
      { model: undefined, usage },
    ],
  };
  expect(costOfAll(haiku, advised, priceFor)).toBe(150 + 6_000 + 150);
  expect(costOfAll(haiku, { ...usage, servedBy: "claude-opus-5-5" }, priceFor)).toBe(6_000);
  expect(() => costOfAll(haiku, { ...usage, servedBy: "claude-nowhere-1" }, priceFor)).toThrow(
    expect.objectContaining({ code: "MODEL_PRICE_MISSING" }),
  );
});

test("the codes are pinned", () => {
  expect(modelErrorCodes).toMatchInlineSnapshot(`
    {
      "LOCAL_MODEL_CANNOT": "terminal",
      "MODEL_ACCOUNT_ON_HOLD": "terminal",
      "MODEL_ANSWER_INVALID": "retryable",
      "MODEL_BAD_REQUEST": "terminal",
      "MODEL_BATCH_ENDED": "retryable",
      "MODEL_KEY_REFUSED": "terminal",
      "MODEL_NOT_CONFIGURED": "terminal",
      "MODEL_OVERLOADED": "retryable",
      "MODEL_PRICE_MISSING": "terminal",
      "MODEL_RATE_LIMITED": "retryable",
      "MODEL_REFUSED": "terminal",
      "MODEL_SPEND_LIMIT": "terminal",
      "MODEL_STREAM_BROKEN": "retryable",
      "MODEL_UNKNOWN": "terminal",
      "MODEL_UNREACHABLE": "retryable",
    }
  `);
});
