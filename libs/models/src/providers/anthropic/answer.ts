import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";
import { FACTORS, type PricedUsage } from "../../pricing/prices.ts";
import type { Streamed } from "../streamed.ts";

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
const Tokens = z.object({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: Count }).nullish(),
});
const ApiUsage = Tokens.extend({
  inference_geo: z.string().nullish().catch(null),
  speed: z.string().nullish().catch(null),
  server_tool_use: z.object({ web_search_requests: Count }).nullish().catch(null),
  iterations: z
    .array(Tokens.extend({ type: z.string(), model: z.string().nullish() }))
    .nullish()
    .catch(null),
});

/** Entries whose tokens are not in the counts of the whole. Source: `BetaIterationsUsage` of @anthropic-ai/sdk 1.12. */
const BESIDE = new Set(["advisor_message", "compaction"]);

/** Counts in `message_delta` are cumulative, and absent ones stand as they were. */
export function usageOf(raw: unknown, before: PricedUsage): PricedUsage {
  const parsed = ApiUsage.safeParse(raw);
  if (!parsed.success) return before;
  const { inference_geo, speed, server_tool_use, iterations } = parsed.data;
  const named = [inference_geo?.toLowerCase(), speed === "fast" ? speed : undefined].filter((name) => name !== undefined);
  const factors = [...new Set([...(before.factors ?? []), ...named.filter((name) => Object.hasOwn(FACTORS, name))])];
  const searches = server_tool_use?.web_search_requests ?? before.webSearches ?? 0;
  const others = (iterations ?? []).flatMap((entry) => {
    const usage = BESIDE.has(entry.type) ? tokensOf(entry, { inputTokens: 0, outputTokens: 0 }) : undefined;
    return usage === undefined ? [] : [{ model: entry.model ?? undefined, usage: factors.length === 0 ? usage : { ...usage, factors } }];
  });
  const servedBy = iterations?.findLast(({ type }) => type === "fallback_message")?.model ?? before.servedBy;
  const beside = iterations == null ? before.others : others;
  return {
    ...tokensOf(parsed.data, before),
    ...(factors.length === 0 ? {} : { factors }),
    ...(searches === 0 ? {} : { webSearches: searches }),
    ...(servedBy === undefined ? {} : { servedBy }),
    ...(beside === undefined || beside.length === 0 ? {} : { others: beside }),
  };
}

function tokensOf(counts: z.infer<typeof Tokens>, before: PricedUsage): PricedUsage {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens, cache_creation } = counts;
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
