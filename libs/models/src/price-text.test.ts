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

test.each([
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
