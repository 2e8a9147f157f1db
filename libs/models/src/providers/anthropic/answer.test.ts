import { expect, test } from "vitest";
import { usageOf } from "./answer.ts";

const none = { inputTokens: 0, outputTokens: 0 };

test("what changes the price is kept from the beginning of the answer to its end", () => {
  const began = usageOf(
    {
      input_tokens: 10,
      output_tokens: 1,
      cache_creation_input_tokens: 8,
      cache_creation: { ephemeral_1h_input_tokens: 5 },
      inference_geo: "us",
      service_tier: "standard",
      speed: "fast",
    },
    none,
  );
  const ended = usageOf({ output_tokens: 20, server_tool_use: { web_search_requests: 2 } }, began);
  expect(ended).toEqual({
    inputTokens: 10,
    outputTokens: 20,
    cacheWriteTokens: 8,
    cacheWrite1hTokens: 5,
    factors: ["us", "fast"],
    webSearches: 2,
  });
  expect(usageOf({ output_tokens: 20 }, ended)).toEqual(ended);
});

test("what costs nothing more is not kept", () => {
  const said = { input_tokens: 1, output_tokens: 1, inference_geo: "global", speed: "standard", server_tool_use: null, iterations: null };
  expect(usageOf(said, none)).toEqual({ inputTokens: 1, outputTokens: 1 });
  expect(usageOf({ ...said, inference_geo: 7, server_tool_use: "x", iterations: [3] }, none)).toEqual({ inputTokens: 1, outputTokens: 1 });
});

test("of several models each has its part, and what is in the whole already is not taken twice", () => {
  const entry = { input_tokens: 5, output_tokens: 6, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const usage = usageOf(
    {
      input_tokens: 10,
      output_tokens: 20,
      inference_geo: "us",
      iterations: [
        { ...entry, type: "message", model: "claude-haiku-5-5" },
        { ...entry, type: "advisor_message", model: "claude-opus-5-5" },
        { ...entry, type: "compaction" },
        { ...entry, type: "fallback_message", model: "claude-sonnet-5-5" },
      ],
    },
    none,
  );
  const part = { inputTokens: 5, outputTokens: 6, cacheReadTokens: 0, cacheWriteTokens: 0, factors: ["us"] };
  expect(usage).toEqual({
    inputTokens: 10,
    outputTokens: 20,
    factors: ["us"],
    servedBy: "claude-sonnet-5-5",
    others: [
      { model: "claude-opus-5-5", usage: part },
      { model: undefined, usage: part },
    ],
  });
});
