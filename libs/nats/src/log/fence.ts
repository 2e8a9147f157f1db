import { type Backoff, backoff } from "@armada/event-sourcing";

/** How long a replica is behind its leader: milliseconds, where the cluster is well. */
const BEHIND: Backoff = { first: 2, most: 100 };

/** Waits for the replica that answered to come up to its leader, after `tries` looks that were too early. */
export function behind(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, backoff(BEHIND, tries, Math.random)));
}
