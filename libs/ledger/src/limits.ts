import { type Amount, ArmadaError } from "@armada/contracts";

/** The most that may be spent; what is absent is not limited. */
export type Limit = { readonly micros?: number | undefined; readonly tokens?: number | undefined };

/** Limits of one scope: in each of its runs, its days, its months. */
export type Limits = { readonly run?: Limit | undefined; readonly day?: Limit | undefined; readonly month?: Limit | undefined };

const PART =
  /^(?:\$\s*(?<dollars>\d+(?:\.\d{1,6})?)|(?<count>\d+(?:\.\d+)?)\s*(?<unit>[kM])?\s*tokens?)\s*(?:\/|a\s+|per\s+)\s*(?<period>run|day|month)$/;
const UNITS = { k: 1_000, M: 1_000_000 } as const;
/** Over a billion dollars, or a quadrillion tokens, somebody wrote one zero too many. */
const ABSURD = 1e15;
const HINT = 'write "$300/month, $20/day, 5M tokens/day, $1/run"; leave a limit out where there is none';

/** Reads `$300/month, 5M tokens/day, $1/run`. @throws ArmadaError `BAD_LIMIT` */
export function parseLimits(text: string): Limits {
  const limits: { run?: Limit; day?: Limit; month?: Limit } = {};
  for (const part of text.split(",").map((one) => one.trim())) {
    const groups = PART.exec(part)?.groups;
    if (groups === undefined) throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(part)} is no limit`, { hint: HINT });
    const period = groups.period as keyof Limits;
    const { dollars, count, unit } = groups;
    const kind = dollars === undefined ? "tokens" : "micros";
    const amount = Math.round(
      dollars === undefined ? Number(count) * (UNITS[unit as keyof typeof UNITS] ?? 1) : Number(dollars) * 1_000_000,
    );
    if (amount <= 0 || amount > ABSURD)
      throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(part)} would ${amount <= 0 ? "let nothing through" : "limit nothing"}`, {
        hint: HINT,
      });
    if (limits[period]?.[kind] !== undefined)
      throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(text)} limits ${kind === "micros" ? "money" : "tokens"} a ${period} twice`, {
        hint: HINT,
      });
    limits[period] = { ...limits[period], [kind]: amount };
  }
  for (const kind of ["micros", "tokens"] as const) {
    const { day, month } = limits;
    if (day?.[kind] !== undefined && month?.[kind] !== undefined && day[kind] > month[kind])
      throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(text)} allows a day more than its month`, { hint: HINT });
  }
  return limits;
}

/** Reads the fleet's limit, which is a month's: `$8000/month`. @throws ArmadaError `BAD_LIMIT` */
export function parseFleetLimit(text: string): Limit {
  const { run, day, month } = parseLimits(text);
  if (month === undefined || run !== undefined || day !== undefined)
    throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(text)} is no limit of a month alone`, {
      hint: 'write "$8000/month" for the fleet; days and runs are for its teams to limit',
    });
  return month;
}

/** What a limit leaves, unlimited being infinite. */
export function remaining(limit: Limit | undefined, used: Amount): Amount {
  return {
    micros: limit?.micros === undefined ? Number.POSITIVE_INFINITY : limit.micros - used.micros,
    tokens: limit?.tokens === undefined ? Number.POSITIVE_INFINITY : limit.tokens - used.tokens,
  };
}

/** The share of a limit that is used, the higher of money and tokens; 0 without one. */
export function level(limit: Limit | undefined, used: Amount): number {
  const money = limit?.micros === undefined ? 0 : used.micros / limit.micros;
  const tokens = limit?.tokens === undefined ? 0 : used.tokens / limit.tokens;
  return Math.max(money, tokens);
}
