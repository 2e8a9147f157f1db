import { z } from "zod";

const count = z.number().int().min(0);
export const Amount = z.object({ micros: count, tokens: count });
export const Limit = z.object({ micros: count.optional(), tokens: count.optional() });
const Limits = z.object({ run: Limit.optional(), day: Limit.optional(), month: Limit.optional() });

/** A model call as it was drawn. `account`: the agent where it has limits of its own, else `*`. */
export const Drawn = z.object({
  call: z.string(),
  account: z.string(),
  agent: z.string(),
  workflow: z.string(),
  run: z.string(),
  tier: z.string(),
  model: z.string(),
  ceiling: Amount,
  /** Milliseconds since 1970; absent where the journal says it. */
  drawnAt: count.optional(),
});
export type Drawn = z.infer<typeof Drawn>;

/** A drawn call whose bill is known. `priced`: the day (ISO) since which its price holds. */
const Settled = Drawn.extend({ micros: count, tokens: count, priced: z.string().optional() });
export type Settled = z.infer<typeof Settled>;

/** `fleet`: what all teams together may spend in a month; where it is said, each spends no more than it was funded with. */
const AllLimits = z.object({ team: Limits, agents: z.record(z.string(), Limits), fleet: Limit.optional() });
export type AllLimits = z.infer<typeof AllLimits>;

/** What a replica holds, until its lease ends. `from`: the sequence after which its calls not yet settled were drawn. */
const Block = z.object({ replica: z.string(), day: z.string(), until: count, from: count, held: z.record(z.string(), Amount) });
export type Block = z.infer<typeof Block>;

/** A call that may have been billed; `at` in ms since 1970. */
const Suspect = Drawn.extend({ day: z.string(), at: count });
export type Suspect = z.infer<typeof Suspect>;

const Day = z.object({ spent: Amount, agents: z.record(z.string(), Amount) });

/** A team's ledger of a month as its events leave it, in micro-dollars and tokens; `spent` and `agents` are of the month. */
export const LedgerState = z.object({
  limits: AllLimits,
  /** What the federation lets this team spend in the month; absent until it said so. */
  funded: Amount.optional(),
  /** What it lets all teams spend, as it last said. */
  fleet: Amount.optional(),
  spent: Amount,
  agents: z.record(z.string(), Amount),
  /** The newest day, and those of which something is open. */
  days: z.record(z.string(), Day),
  blocks: z.record(z.string(), Block),
  suspects: z.record(z.string(), Suspect),
});
export type LedgerState = z.infer<typeof LedgerState>;

const schemas = {
  /** The limits in force from here on. */
  limited: z.object({ limits: AllLimits }),
  /** More of the fleet's limit: what the team may spend in all from here on, and what all teams may. */
  funded: z.object({ funded: Amount, fleet: Amount }),
  /** A replica's block, or more for it. */
  granted: z.object({
    block: z.string(),
    replica: z.string(),
    day: z.string(),
    until: count,
    from: count,
    account: z.string(),
    amount: Amount,
  }),
  renewed: z.object({ block: z.string(), until: count, from: count }),
  settled: z.object({ block: z.string(), at: count, calls: z.array(Settled) }),
  /** Calls of which nobody said what they cost. */
  suspected: z.object({ block: z.string(), at: count, calls: z.array(Drawn) }),
  returned: z.object({ block: z.string(), account: z.string(), amount: Amount }),
  /** All that a block still held goes back; `lapsed`: because its replica did not renew it. */
  closed: z.object({ block: z.string(), lapsed: z.boolean() }),
  /** A suspect's bill became known; zero where it was never billed. */
  cleared: z.object({ call: z.string(), at: count, micros: count, tokens: count, by: z.string() }),
} as const;

type Data = { readonly [K in keyof typeof schemas]: z.infer<(typeof schemas)[K]> };
/** What a team's ledger holds, by type. Times are ms since 1970, `day` and `month` ISO in the zone of the limits, amounts micro-dollars and tokens. */
export type LedgerEvent = { readonly [K in keyof Data]: { readonly type: K; readonly data: Data[K] } }[keyof Data];

/** @throws ZodError, or Error for a type that this build does not know */
export function parseLedgerEvent(type: string, data: unknown): LedgerEvent {
  if (!Object.hasOwn(schemas, type)) throw new Error(`a ledger has no event ${type}`);
  return { type, data: schemas[type as keyof Data].parse(data) } as LedgerEvent;
}
