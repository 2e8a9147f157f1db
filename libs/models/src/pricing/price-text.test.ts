import { expect, test } from "vitest";
import { pricesFrom } from "./price-text.ts";
import { costMicros, listPrices, priceOf } from "./prices.ts";

test("prices are said in dollars per million tokens, and stand before the list's", () => {
  const prices = pricesFrom(
    "gpt-x.5: $1.25 in, $10 out, $0.125 cached, $1.50 written, batch 0.5; llama3:8b: free\nopenai/embed: $0.02 in; claude-haiku-5-5: $9 in, $9 out;",
  );
  expect(priceOf("gpt-x.5", 0, prices)).toEqual({
    model: "gpt-x.5",
    since: "1970-01-01",
    input: 1_250_000,
    output: 10_000_000,
    cacheRead: 125_000,
    cacheWrite5m: 1_500_000,
    cacheWrite1h: 1_500_000,
    batch: 0.5,
  });
  expect(costMicros(priceOf("llama3:8b", 0, prices), { inputTokens: 1_000, outputTokens: 1_000 })).toBe(0);
  expect(priceOf("embed", 0, prices)).toMatchObject({ input: 20_000, output: 0, cacheRead: 20_000 });
  expect(priceOf("claude-haiku-5-5", Date.now(), prices).input).toBe(9_000_000);
  expect(priceOf("claude-opus-5-5", Date.now(), prices).input).toBe(4_000_000);
  expect(pricesFrom("")).toEqual(listPrices);
});

test("a price can have tiers by the prompt's length, factors, and an end", () => {
  const text =
    "gpt-6-sol: $2 in, $10 out, $0.2 cached, $2.5 written, batch 0.5, flex 0.5, priority 2.5, ends 2027-01-14, above 272k: $4 in, $15 out, $0.4 cached, $5 written, above 900000: $8 in";
  const sol = priceOf("gpt-6-sol", 0, pricesFrom(text));
  expect(sol).toMatchObject({
    ends: "2027-01-14",
    factors: { flex: 0.5, priority: 2.5 },
    above: [{ promptTokens: 272_000 }, { promptTokens: 900_000 }],
  });
  expect(costMicros(sol, { inputTokens: 272_000, outputTokens: 1_000 })).toBe(544_000 + 10_000);
  expect(costMicros(sol, { inputTokens: 72_001, cacheReadTokens: 150_000, cacheWriteTokens: 50_000, outputTokens: 1_000 })).toBe(
    72_001 * 4 + 150_000 * 0.4 + 50_000 * 5 + 15_000,
  );
  expect(costMicros(sol, { inputTokens: 900_001, outputTokens: 1_000 })).toBe(900_001 * 8 + 10_000);
  expect(costMicros(sol, { inputTokens: 300_000, outputTokens: 1_000 }, "batch")).toBe((300_000 * 4 + 15_000) / 2);
  expect(costMicros(sol, { inputTokens: 1_000, outputTokens: 0, factors: ["flex"] })).toBe(1_000);
  expect(costMicros(sol, { inputTokens: 1_000, outputTokens: 0, factors: ["priority"] })).toBe(5_000);
});

test.each([
  ["gpt-x: $1 in, above 272000 $2 in", '"above 272000 $2 in" of gpt-x is not understood'],
  ["gpt-x: $1 in, above 2: $2 in, above 2: $3 in", "gpt-x has two prices of one tier"],
  ["gpt-x: $1 in, above 2: batch 0.5", '"above 2: batch 0.5" of gpt-x is not understood'],
  ["gpt-x: $1 in, ends 2027-31-01", '"ends 2027-31-01" of gpt-x is not understood'],
  ["gpt-x: $1 in, priority x", '"priority x" of gpt-x is not understood'],
  ["gpt-x $1 in", '"gpt-x $1 in" is no price'],
  ["gpt-x: 1 in", '"1 in" of gpt-x is not understood'],
  ["gpt-x: $-1 in", '"$-1 in" of gpt-x is not understood'],
  ["gpt-x: $1000000 in", '"$1000000 in" of gpt-x is not understood'],
  ["gpt-x: $1 in, $2 in", '"$2 in" of gpt-x is not understood'],
  ["gpt-x: $1 in, batch 2", '"batch 2" of gpt-x is not understood'],
  ["gpt-x: $1 out", "the price of gpt-x says nothing of input"],
  ["gpt-x: free; gpt-x: free", "a model has two prices"],
])("%s is refused with what is wrong and how it is written", (text, message) => {
  expect(() => pricesFrom(text)).toThrow(
    expect.objectContaining({
      code: "MODEL_PRICES_INVALID",
      message: `models.prices: ${message}`,
      hint: expect.stringContaining("llama3: free"),
    }),
  );
});
