import type { ApiLogLine, ApiOutcome, ApiProvider } from "./api-log.ts";
import type { ApiTokens } from "./api-usage.ts";

/** What the log says of one call. Requests under the same `call` are added up. */
export type ApiCall = {
  /** Null where the request did not name one: then each is listed alone. */
  readonly call: string | null;
  /** Of its first request. */
  readonly id: string;
  readonly provider: ApiProvider;
  readonly model: string;
  readonly batch: string | null;
  /** When its first request arrived. */
  readonly at: string;
  requests: number;
  /** Of what was billed. */
  tokens: ApiTokens;
  /** Micro-dollars. */
  costMicros: number;
  billed: boolean;
  /** Of the request that ended last; `open` before. */
  outcome: ApiOutcome;
  /** Requests are still running. */
  open: boolean;
};

export const noTokens: ApiTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

export function plus(a: ApiTokens, b: ApiTokens): ApiTokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  };
}

export type ApiCalls = {
  fold(line: ApiLogLine): void;
  /** Those of which a request arrived at `since` (milliseconds since 1970) or later, in order of their first arrival. */
  since(at: number): ApiCall[];
  /** Has arrived, ended or not. */
  seen(id: string): boolean;
  /** Arrivals without an end, by request. */
  readonly open: ReadonlyMap<string, ApiLogLine>;
};

/** The log folded by call. */
export function apiCalls(): ApiCalls {
  const calls = new Map<string, { readonly of: ApiCall; last: number; running: number }>();
  const open = new Map<string, ApiLogLine>();
  const seen = new Set<string>();
  return {
    fold(line) {
      const key = line.call === undefined ? `id ${line.id}` : `call ${line.call}`;
      const known = calls.get(key) ?? { of: begun(line), last: 0, running: 0 };
      calls.set(key, known);
      if (line.event === "arrival") {
        open.set(line.id, line);
        seen.add(line.id);
        known.of.requests += 1;
        known.running += 1;
        known.last = Date.parse(line.at);
      } else {
        open.delete(line.id);
        known.running -= 1;
        known.of.outcome = line.outcome;
        if (line.billed) {
          known.of.billed = true;
          known.of.tokens = plus(known.of.tokens, line.tokens);
          known.of.costMicros += line.costMicros;
        }
      }
      known.of.open = known.running > 0;
    },
    since: (at) => [...calls.values()].filter(({ last }) => last >= at).map(({ of }) => of),
    seen: (id) => seen.has(id),
    open,
  };
}

function begun(line: ApiLogLine): ApiCall {
  return {
    call: line.call ?? null,
    id: line.id,
    provider: line.provider,
    model: line.model,
    batch: line.batch ?? null,
    at: line.at,
    requests: 0,
    tokens: noTokens,
    costMicros: 0,
    billed: false,
    outcome: "open",
    open: true,
  };
}
