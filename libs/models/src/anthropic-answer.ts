import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";
import type { PricedUsage } from "./prices.ts";
import type { Streamed } from "./streamed.ts";

/** Folds one event into `into`. Thinking and unknown blocks are passed over. @returns the piece of text that came with it */
export function take(into: Streamed, event: RawMessageStreamEvent): string | undefined {
  switch (event.type) {
    case "message_start":
      into.begun = true;
      into.model = event.message.model;
      into.usage = usageOf(event.message.usage, into.usage);
      break;
    case "content_block_delta":
      if (event.delta.type !== "text_delta") break;
      into.text += event.delta.text;
      return event.delta.text;
    case "message_delta":
      into.stopReason = event.delta.stop_reason ?? undefined;
      into.stopDetail = event.delta.stop_details?.explanation ?? undefined;
      into.usage = usageOf(event.usage, into.usage);
      break;
    case "message_stop":
      into.complete = true;
      into.counted = true;
      break;
    default:
      break;
  }
  return undefined;
}

const Count = z.number().int().nonnegative().nullish();
const ApiUsage = z.object({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: Count }).nullish(),
});

/** Counts in `message_delta` are cumulative, and absent ones stand as they were. */
export function usageOf(raw: unknown, before: PricedUsage): PricedUsage {
  const parsed = ApiUsage.safeParse(raw);
  if (!parsed.success) return before;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens, cache_creation } = parsed.data;
  const read = cache_read_input_tokens ?? before.cacheReadTokens;
  const written = cache_creation_input_tokens ?? before.cacheWriteTokens;
  const hour = cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWrite1hTokens;
  return {
    inputTokens: input_tokens ?? before.inputTokens,
    outputTokens: output_tokens ?? before.outputTokens,
    ...(read === undefined ? {} : { cacheReadTokens: read }),
    ...(written === undefined ? {} : { cacheWriteTokens: written }),
    ...(hour === undefined ? {} : { cacheWrite1hTokens: hour }),
  };
}
