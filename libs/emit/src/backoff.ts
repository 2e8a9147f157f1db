const FIRST_MS = 100;
const MOST_MS = 10_000;

/**
 * How long to wait before the next attempt, in ms: any time up to twice as long for each failure before, at most 10 s, and never less
 * than what the gateway asks for (`retryAfter`, in seconds). `random`: 0 to 1.
 */
export function backoff(failures: number, random: number, retryAfter = 0): number {
  const spread = random * Math.min(MOST_MS, FIRST_MS * 2 ** failures);
  return retryAfter * 1_000 + spread;
}

/** Seconds that `Retry-After` asks for, which is a number of them or a date; undefined where it says nothing that can be read. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1_000);
}
