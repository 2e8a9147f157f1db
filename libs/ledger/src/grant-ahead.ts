import type { Amount } from "@armada/contracts";

/** Of what is left on a limit, the share that one decision may give ahead of need. */
const AHEAD = 1 / 16;

/** What may be given beyond need, where so much is left after it. */
export function grantAhead(left: Amount): Amount {
  return { micros: share(left.micros), tokens: share(left.tokens) };
}

export function least(a: Amount, b: Amount): Amount {
  return { micros: Math.min(a.micros, b.micros), tokens: Math.min(a.tokens, b.tokens) };
}

function share(left: number): number {
  return Number.isFinite(left) ? Math.floor(left * AHEAD) : Number.MAX_SAFE_INTEGER;
}
