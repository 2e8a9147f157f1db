import { createHash } from "node:crypto";

export type CacheTtl = "5m" | "1h";

/** One block of a prompt, in the order in which the provider reads them. */
export type Segment = { readonly text: string /** A breakpoint stands at its end. */; readonly cache?: CacheTtl | undefined };

/** What a prompt's tokens are: `input` is neither read nor written. */
export type CacheUse = {
  readonly input: number;
  readonly read: number;
  readonly write5m: number;
  readonly write1h: number;
  /** Makes what was written readable and what was read live longer: to be called when the answer begins. */
  commit(now: number): void;
};

/**
 * The shortest prefix that is cached; of a shorter one nothing is said. Opus 5's 512 is left out: sources differ for its successors.
 * Source: platform.claude.com/docs/en/build-with-claude/prompt-caching, "Cache limitations", 2026-11; OpenAI's is 1,024 for all.
 */
function minimumOf(model: string): number {
  return /^claude-(opus-4-[567]|haiku-4-5)/.test(model) ? 4_096 : 1_024;
}
/** Of one request; same source. */
export const BREAKPOINTS = 4;
/** How many blocks before a breakpoint an entry of an earlier request is found; same source. */
const LOOKBACK = 20;
const TTL_MS: Readonly<Record<CacheTtl, number>> = { "5m": 300_000, "1h": 3_600_000 };
const PRUNE_AT = 20_000;

/** About four characters a token: enough for sums that must agree, not for a bill. */
export function roughTokens(text: string): number {
  return tokensIn(text.length);
}

const tokensIn = (characters: number): number => Math.max(1, Math.ceil(characters / 4));

export type PromptCache = { look(model: string, segments: readonly Segment[], now: number): CacheUse };

/** The provider's prompt cache: prefixes by hash, per model, kept for a time after their last use. It does not outlive the process. */
export function promptCache(): PromptCache {
  const entries = new Map<string, { ttl: CacheTtl; until: number }>();

  return {
    look(model, segments, now) {
      const total = tokensIn(segments.reduce((sum, { text }) => sum + text.length, 0));
      if (segments.every(({ cache }) => cache === undefined))
        return { input: total, read: 0, write5m: 0, write1h: 0, commit: () => undefined };
      const minimum = minimumOf(model);
      const prefixes = prefixesOf(model, segments);
      const live = ({ key }: Prefix): boolean => (entries.get(key)?.until ?? 0) > now;
      const marked = prefixes.filter(({ cache, tokens }) => cache !== undefined && tokens >= minimum);
      const hit = prefixes.findLast((prefix) => live(prefix) && marked.some(({ at }) => at >= prefix.at && at - prefix.at < LOOKBACK));
      const read = hit?.tokens ?? 0;
      const written = { "5m": 0, "1h": 0 };
      let end = read;
      for (const { at, cache, tokens } of marked) {
        if (cache === undefined || at <= (hit?.at ?? -1)) continue;
        written[cache] += tokens - end;
        end = tokens;
      }
      return {
        input: total - end,
        read,
        write5m: written["5m"],
        write1h: written["1h"],
        commit(then) {
          for (const { key, cache } of hit === undefined ? marked : [...marked, hit]) {
            const known = entries.get(key);
            // What has expired is written anew, to live as long as it is asked to now.
            const ttl = known !== undefined && (known.until > now || cache === undefined) ? known.ttl : cache;
            if (ttl !== undefined) entries.set(key, { ttl, until: then + TTL_MS[ttl] });
          }
          if (entries.size > PRUNE_AT) for (const [key, { until }] of entries) if (until <= then) entries.delete(key);
        },
      };
    },
  };
}

type Prefix = { readonly at: number; readonly key: string; readonly tokens: number; readonly cache: CacheTtl | undefined };

function prefixesOf(model: string, segments: readonly Segment[]): Prefix[] {
  const hash = createHash("sha256").update(model);
  let characters = 0;
  return segments.map(({ text, cache }, at) => {
    characters += text.length;
    hash.update(`\n${text.length}\n`).update(text);
    return { at, key: hash.copy().digest("base64"), tokens: tokensIn(characters), cache };
  });
}
