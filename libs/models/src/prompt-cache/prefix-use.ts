import type { CacheLife } from "../pricing/ceiling.ts";

/** How often a prompt's beginning came in this process, and whether the provider's cache should hold it. */
export type PrefixUse = {
  /**
   * Counts a use at `now` (ms). `kind`: of prefixes that are used alike, such as the material of one task.
   * @returns what to ask of the cache for this request, and how often it came until now
   */
  decide(now: number, digest: string, kind: string): { readonly life: CacheLife; readonly uses: number };
  /** How long after its last use renewing an entry of an hour, each `RENEW_MS`, costs less than writing it anew; 0 where it does not. */
  renewFor(digest: string): number;
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

/** An entry that lives an hour is renewed, where it is, after this long without a use. */
export const RENEW_MS = 55 * 60_000;
/** So many reads cost what writing for an hour does: a prefix that has not come back by then may not. */
const RENEWALS = Math.floor((WRITE["1h"] - READ) / READ);
/** Uses until it is known how they come. */
const KNOWN = 5;

/** Intervals between uses that are remembered of a prefix. */
const REMEMBERED = 32;
/** Prefixes remembered; the one that came longest ago is forgotten. */
const PREFIXES = 10_000;
/** Kinds remembered, and of each the prefixes that began last. */
const KINDS = 1_000;
const KIN = 16;
/** What a kind's prefixes do is known from so many of them. */
const ENOUGH = 3;
/** An answer that has not begun by then wrote nothing. */
const PENDING_MS = 60_000;

/** `at`: when the request was sent, from which its life counts. */
type Entry = { readonly life: "5m" | "1h"; readonly at: number; readonly begun: boolean };
/** `gaps`: the last intervals between uses, and `first` the first ones. */
type Seen = { last: number; uses: number; gaps: number[]; first: number[]; entry: Entry | undefined };

/** In memory, without a clock of its own. `renewing`: whether somebody renews entries where that pays. */
export function prefixUse(renewing: () => boolean = () => false): PrefixUse {
  const prefixes = new Map<string, Seen>();
  const kinds = new Map<string, string[]>();
  /** The first intervals of prefixes of the kind that have come to their end, where it is known what follows a use like this one. */
  const kinOf = (now: number, kind: string, { uses }: Seen): number[][] => {
    const kin = (kinds.get(kind) ?? []).flatMap((digest) => prefixes.get(digest) ?? []);
    const ended = kin.filter((one) => one.uses >= uses && now - one.last > LIFE_MS["1h"]);
    return ended.length < ENOUGH ? [] : ended.map(({ first }) => first.slice(uses - 1));
  };
  return {
    decide(now, digest, kind) {
      const before = prefixes.get(digest);
      prefixes.delete(digest); // the order of the map is the order of use
      const gap = before === undefined ? [] : [Math.max(0, now - before.last)];
      const gaps = [...(before?.gaps ?? []), ...gap].slice(-REMEMBERED);
      const first = [...(before?.first ?? []), ...gap].slice(0, REMEMBERED);
      const seen: Seen = { last: now, uses: (before?.uses ?? 0) + 1, gaps, first, entry: before?.entry };
      prefixes.set(digest, seen);
      forgetOldest(prefixes, PREFIXES);
      if (before === undefined) {
        const kin = kinds.get(kind) ?? [];
        kinds.delete(kind);
        kinds.set(kind, [...kin, digest].slice(-KIN));
        forgetOldest(kinds, KINDS);
      }
      const futures = (): readonly (readonly number[])[] => (seen.uses > REMEMBERED ? [] : kinOf(now, kind, seen));
      return { life: lifeOf(now, seen, futures, renewing()), uses: seen.uses };
    },
    renewFor(digest) {
      const seen = prefixes.get(digest);
      return renewing() && seen !== undefined && renewable(seen) ? RENEWALS * RENEW_MS : 0;
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

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size > most) for (const oldest of map.keys()) if (map.delete(oldest)) break;
}

function lifeOf(now: number, seen: Seen, kin: () => readonly (readonly number[])[], renewing: boolean): CacheLife {
  const { gaps, entry } = seen;
  if (entry !== undefined && readable(now, entry)) return entry.life;
  // Another request is writing it: asked now, it would be written, and paid, twice.
  if (entry !== undefined && !entry.begun && now - entry.at < PENDING_MS) return "none";
  if (renewing && renewable(seen)) return "1h";
  const known = kin();
  return known.length > 0 ? cheapest(known) : cheapest([gaps]);
}

/** Whether an entry of an hour that is renewed costs less than any that is not, if as many uses follow as came. */
function renewable({ gaps, uses }: Seen): boolean {
  if (uses < KNOWN) return false;
  const renewed = (gap: number): number =>
    gap <= RENEWALS * RENEW_MS ? READ * (1 + Math.floor(gap / RENEW_MS)) : RENEWALS * READ + WRITE["1h"];
  const unrenewed = (life: "5m" | "1h") => (gap: number) => (gap <= LIFE_MS[life] ? READ : WRITE[life]);
  const sum = (costOf: (gap: number) => number): number => gaps.reduce((total, gap) => total + costOf(gap), 0);
  return sum(renewed) < Math.min(sum(unrenewed("5m")), sum(unrenewed("1h")), gaps.length);
}

/**
 * What costs least over these futures, each a list of intervals to the uses that follow. Where its kind does not tell, a prefix is
 * thought to come as it came: with no interval known, no cache; after one use within five minutes, five minutes; an hour pays
 * after two uses that five minutes would not have reached.
 */
function cheapest(futures: readonly (readonly number[])[]): CacheLife {
  const sum = (costOf: (gaps: readonly number[]) => number): number => futures.reduce((total, gaps) => total + costOf(gaps), 0);
  const cached = (life: "5m" | "1h"): number =>
    sum((gaps) => gaps.reduce((cost, gap) => cost + (gap <= LIFE_MS[life] ? READ : WRITE[life]), WRITE[life]));
  const costs: [CacheLife, number][] = [
    ["none", sum((gaps) => 1 + gaps.length)],
    ["5m", cached("5m")],
    ["1h", cached("1h")],
  ];
  return costs.reduce((best, one) => (one[1] < best[1] ? one : best))[0];
}

function readable(now: number, entry: Entry | undefined): boolean {
  return entry?.begun === true && now - entry.at <= LIFE_MS[entry.life];
}
