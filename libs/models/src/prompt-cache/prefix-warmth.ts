import type { Clock } from "@armada/event-sourcing";
import type { Meter } from "../port.ts";
import { RENEW_MS } from "./prefix-use.ts";

/** What it takes to keep prompts in the provider's cache between their uses. `meter` pays for calls that no run makes. */
export type Warming = { readonly clock: Clock; readonly signal: AbortSignal; readonly meter?: Meter };

/** Prefixes kept at a time, by the order in which they came: each holds its text. */
const MOST = 64;

type Kept = { at: number; until: number; renew: () => Promise<void> };

/** Renews what was used, each `RENEW_MS` without another use, for so long as was said at the last one. */
export type PrefixWarmth = { used(digest: string, forMs: number, renew: () => Promise<void>): void };

/** A renewal that fails is the last until the next use. */
export function prefixWarmth({ clock, signal }: Pick<Warming, "clock" | "signal">): PrefixWarmth {
  const kept = new Map<string, Kept>();
  const keep = async (digest: string, one: Kept): Promise<void> => {
    for (;;) {
      const due = one.at + RENEW_MS;
      if (due > one.until) return void kept.delete(digest);
      if (clock.now() < due) await clock.sleep(due - clock.now(), signal);
      else {
        one.at = clock.now();
        await one.renew();
      }
    }
  };
  return {
    used(digest, forMs, renew) {
      const about = { at: clock.now(), until: clock.now() + forMs, renew };
      const known = kept.get(digest);
      if (known !== undefined) Object.assign(known, about);
      else if (kept.size < MOST && forMs >= RENEW_MS) {
        kept.set(digest, about);
        keep(digest, about).catch(() => kept.delete(digest)); // the signal ended it, or the provider
      }
    },
  };
}
