import type { Isolation } from "@armada/contracts";
import { isIsolated } from "@armada/resilience";

/** What is isolated at `now` (ms since 1970), that which ends last first. */
export function isolatedNow(all: ReadonlyMap<string, Isolation>, now: number): readonly Isolation[] {
  return [...all.values()]
    .filter((one) => isIsolated(one, now))
    .sort((a, b) => b.until.localeCompare(a.until) || a.prefix.localeCompare(b.prefix));
}
