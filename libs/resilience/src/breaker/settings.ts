import { ArmadaError, type Duration, milliseconds } from "@armada/contracts";

/** When a breaker opens, and what it does then; what is not said has the default that is told at it. */
export type BreakerOptions = {
  /** Failures in a row that open it; 5 unless said. */
  readonly failures?: number;
  /** How long it stays open before one call is let through to try; 60 s unless said. */
  readonly open?: Duration;
  /** A call that takes longer is slow; none is unless said. */
  readonly slow?: Duration;
  /** Failed and slow calls among the last 100, of 20 at least, that open it: more than 0, at most 1; 0.5 unless said. */
  readonly share?: number;
  /** Calls a second that each replica begins at most once it has closed, until no more wait; 50 unless said. */
  readonly drain?: number;
};

/** The same with its defaults; lengths in ms. */
export type BreakerSettings = {
  readonly failures: number;
  readonly openMs: number;
  readonly slowMs: number;
  readonly share: number;
  readonly drain: number;
};

const KNOWN: Readonly<Record<keyof BreakerOptions, true>> = { failures: true, open: true, slow: true, share: true, drain: true };

/** @throws ArmadaError `BAD_BREAKER`, `BAD_DURATION` */
export function breakerSettings(options: BreakerOptions = {}): BreakerSettings {
  for (const key of Object.keys(options))
    if (!Object.hasOwn(KNOWN, key)) throw bad(`${key} is nothing that a breaker knows`, `it knows ${Object.keys(KNOWN).join(", ")}`);
  const { failures = 5, open = "60s", slow, share = 0.5, drain = 50 } = options;
  const openMs = milliseconds(open);
  const slowMs = slow === undefined ? Number.POSITIVE_INFINITY : milliseconds(slow);
  if (!(Number.isInteger(failures) && failures >= 1)) throw bad(`failures is ${failures}`, "use a whole number from 1");
  if (!(share > 0 && share <= 1)) throw bad(`share is ${share}`, "use a number above 0, at most 1");
  if (!(drain > 0 && Number.isFinite(drain))) throw bad(`drain is ${drain}`, "use calls a second, more than 0");
  if (!(openMs > 0)) throw bad(`open is ${open}`, "use a length after which a call is tried, e.g. 60s");
  if (!(slowMs > 0)) throw bad(`slow is ${slow}`, "use a length that a call can take longer than, e.g. 10s");
  return { failures, openMs, slowMs, share, drain };
}

function bad(what: string, hint: string): ArmadaError {
  return new ArmadaError("BAD_BREAKER", `breaker.${what}`, { hint });
}
