import { z } from "zod";
import type { PricedUsage } from "../../pricing/prices.ts";
import type { Streamed } from "../streamed.ts";

const Count = z.number().int().nonnegative();
const ChatUsage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count.nullish(),
  total_tokens: Count.nullish().catch(null),
  prompt_tokens_details: z
    .object({ cached_tokens: Count.nullish(), cache_write_tokens: Count.nullish(), cache_creation_tokens: Count.nullish() })
    .nullish()
    .catch(null),
});
/** Text, or parts of which those of thinking have no text of their own (Mistral's reasoning models). */
const Content = z.union([
  z.string(),
  z.array(z.object({ text: z.string().nullish() })).transform((parts) => parts.map(({ text }) => text ?? "").join("")),
]);
/** What cannot be read of a chunk is left out, and nothing else of it. */
const Chunk = z.object({
  model: z.string().nullish().catch(null),
  service_tier: z.string().nullish().catch(null),
  choices: z
    .array(
      z.object({
        delta: z
          .object({ content: Content.nullish().catch(null), refusal: z.string().nullish().catch(null) })
          .nullish()
          .catch(null),
        finish_reason: z.string().nullish().catch(null),
      }),
    )
    .nullish()
    .catch(null),
  usage: ChatUsage.nullish().catch(null),
});

/** Folds one chunk into `into`; servers that speak this protocol differ in what they leave out. @returns the text in it */
export function takeChunk(into: Streamed, raw: unknown): string | undefined {
  const parsed = Chunk.safeParse(raw);
  if (!parsed.success) return undefined;
  const { model, service_tier: tier, choices, usage } = parsed.data;
  into.begun = true;
  if (model) into.model = model;
  if (usage != null) {
    const { factors } = into.usage;
    into.usage = { ...usageOf(usage), ...(factors === undefined ? {} : { factors }) };
    into.counted = true;
  }
  if (tier && !USUAL.has(tier)) into.usage = { ...into.usage, factors: [tier] };
  const choice = choices?.[0];
  if (choice?.delta?.refusal) {
    into.stopReason = "refusal";
    into.stopDetail = `${into.stopDetail ?? ""}${choice.delta.refusal}`;
  }
  if (choice?.finish_reason) {
    into.complete = true;
    into.stopReason ??= STOPS[choice.finish_reason];
  }
  const text = choice?.delta?.content;
  if (!text) return undefined;
  into.text += text;
  return text;
}

/** Service tiers at the usual price. */
const USUAL = new Set(["auto", "default", "scale", "standard"]);

const STOPS: Readonly<Record<string, string>> = { length: "max_tokens", content_filter: "refusal" };

/** `prompt_tokens` counts all of the prompt: the port counts what was read from or written to the cache apart. */
export function usageOf(usage: z.infer<typeof ChatUsage>): PricedUsage {
  const read = Math.min(usage.prompt_tokens_details?.cached_tokens ?? 0, usage.prompt_tokens);
  // LiteLLM says `cache_creation_tokens`.
  const { cache_write_tokens, cache_creation_tokens } = usage.prompt_tokens_details ?? {};
  const written = Math.min(cache_write_tokens ?? cache_creation_tokens ?? 0, usage.prompt_tokens - read);
  // Some servers count reasoning in the total alone, and bill it as output.
  const rest = (usage.total_tokens ?? 0) - usage.prompt_tokens;
  return {
    inputTokens: usage.prompt_tokens - read - written,
    outputTokens: Math.max(usage.completion_tokens ?? 0, rest),
    ...(read === 0 ? {} : { cacheReadTokens: read }),
    ...(written === 0 ? {} : { cacheWriteTokens: written }),
  };
}
