import type { CacheLife } from "./ceiling.ts";

/** How often a prompt's beginning came in this process, and whether the provider's cache should hold it. */
export type PrefixUse = {
  /** Counts a use at `now` (ms). @returns what to ask of the cache for this request, and how often it came until now */
  decide(now: number, digest: string): { readonly life: CacheLife; readonly uses: number };
  /** The request was sent with the prefix marked to live so long. */
  sent(now: number, digest: string, life: CacheLife): void;
  /** Its answer has begun: only now can others read what it wrote. */
  began(digest: string): void;
};

/**
 * In shares of what the prefix costs uncached; a read renews the entry's life.
 * Source: platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-11. Some models read for half of it.
 */
const WRITE = { "5m": 1.25, "1h": 2 } as const;
const READ = 0.1;
const LIFE_MS = { "5m": 300_000, "1h": 3_600_000 } as const;

/** Intervals between uses that are remembered of a prefix. */
const REMEMBERED = 8;
/** Prefixes remembered; the one that came longest ago is forgotten. */
const PREFIXES = 10_000;
/** An answer that has not begun by then wrote nothing. */
const PENDING_MS = 60_000;

/** `at`: when the request was sent, from which its life counts. */
type Entry = { readonly life: "5m" | "1h"; readonly at: number; readonly begun: boolean };
type Seen = { last: number; uses: number; gaps: number[]; entry: Entry | undefined };

/** In memory, without a clock of its own. */
export function prefixUse(): PrefixUse {
  const prefixes = new Map<string, Seen>();
  return {
    decide(now, digest) {
      const before = prefixes.get(digest);
      prefixes.delete(digest); // the order of the map is the order of use
      const gaps = before === undefined ? [] : [...before.gaps, Math.max(0, now - before.last)].slice(-REMEMBERED);
      const seen: Seen = { last: now, uses: (before?.uses ?? 0) + 1, gaps, entry: before?.entry };
      prefixes.set(digest, seen);
      if (prefixes.size > PREFIXES) for (const oldest of prefixes.keys()) if (prefixes.delete(oldest)) break;
      return { life: lifeOf(now, seen), uses: seen.uses };
    },
    sent(now, digest, life) {
      const seen = prefixes.get(digest);
      if (seen === undefined || life === "none") return;
      seen.entry = { life, at: now, begun: readable(now, seen.entry) };
    },
    began(digest) {
      const seen = prefixes.get(digest);
      if (seen?.entry !== undefined) seen.entry = { ...seen.entry, begun: true };
    },
  };
}

function lifeOf(now: number, { gaps, entry }: Seen): CacheLife {
  if (entry !== undefined && readable(now, entry)) return entry.life;
  // Another request is writing it: asked now, it would be written, and paid, twice.
  if (entry !== undefined && !entry.begun && now - entry.at < PENDING_MS) return "none";
  return cheapest(gaps);
}

/**
 * What costs least if as many uses follow as came, at the intervals at which they came: with none known, no cache; after one
 * use within five minutes, five minutes; an hour pays after two uses that five minutes would not have reached.
 */
function cheapest(gaps: readonly number[]): CacheLife {
  const within = (ms: number): number => gaps.filter((gap) => gap <= ms).length;
  const cost = (life: "5m" | "1h"): number => {
    const reads = within(LIFE_MS[life]);
    return WRITE[life] + reads * READ + (gaps.length - reads) * WRITE[life];
  };
  const costs: [CacheLife, number][] = [
    ["none", 1 + gaps.length],
    ["5m", cost("5m")],
    ["1h", cost("1h")],
  ];
  return costs.reduce((best, one) => (one[1] < best[1] ? one : best))[0];
}

function readable(now: number, entry: Entry | undefined): boolean {
  return entry?.begun === true && now - entry.at <= LIFE_MS[entry.life];
}
