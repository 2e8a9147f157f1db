import { ArmadaError, runFilter } from "@armada/contracts";
import { loadWhole, type Message, type WholeReads } from "@armada/event-sourcing";
import type { Drawn } from "@armada/ledger";
import { ledgerEventsIn } from "@armada/ledger/team-ledger";
import { z } from "zod";
import { readJournalMessage } from "../journal/message.ts";

/**
 * What a team's model calls cost, added up by agent and workflow: of each day, and of each minute in a register for each hour.
 * A register says up to which message it has taken, so that what is folded again is not counted again.
 */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** `micros`: what was billed; `saved`: what answers from a cache did not cost. In micro-dollars. */
export const Sum = z.object({ calls: z.number(), tokens: z.number(), micros: z.number(), saved: z.number() });
export type Sum = z.infer<typeof Sum>;

/** What one call cost, or one step did not; `at` in ms since 1970. */
export type Cost = Sum & { readonly agent: string; readonly workflow: string; readonly at: number };

/** `of`: sums by `agent workflow`, in an hour's register before that the minute's begin. */
export const Costs = z.object({ upTo: z.number(), of: z.record(z.string(), Sum) });
export type Costs = z.infer<typeof Costs>;

/** Calls that may have been billed and were not cleared yet: whose they are. */
export const Suspected = z.record(z.string(), z.object({ agent: z.string(), workflow: z.string() }));
export type Suspected = z.infer<typeof Suspected>;

export const NO_COSTS: Costs = { upTo: 0, of: {} };
/** `made`: which index it is of, as an older one may have left registers. */
export const dayKey = (made: number, at: number): string => `day.${made}.${Math.floor(at / DAY_MS)}`;
export const hourKey = (made: number, at: number): string => `hour.${made}.${Math.floor(at / HOUR_MS)}`;
export const minuteOf = (at: number): number => at - (at % MINUTE_MS);
export const ledgerFilter = (team: string): string => `evt.${team}.ledger.>`;

/** The costs that a ledger's message tells, and the suspects after it. @throws ArmadaError `STATE_UNREADABLE` */
export function costsIn(message: Message, suspected: Suspected): { readonly costs: readonly Cost[]; readonly suspected: Suspected } {
  const costs: Cost[] = [];
  let open = suspected;
  for (const event of ledgerEventsIn(message)) {
    if (event.type === "settled") for (const call of event.data.calls) costs.push(costOf(call, event.data.at, call));
    if (event.type === "suspected") open = { ...open, ...Object.fromEntries(event.data.calls.map((call) => [call.call, whose(call)])) };
    if (event.type !== "cleared") continue;
    const { [event.data.call]: known, ...others } = open;
    if (known !== undefined) costs.push(costOf(known, event.data.at, event.data));
    open = others;
  }
  return { costs, suspected: open };
}

function whose({ agent, workflow }: Drawn): Suspected[string] {
  return { agent, workflow };
}

function costOf({ agent, workflow }: Suspected[string], at: number, { micros, tokens }: { micros: number; tokens: number }): Cost {
  return { agent, workflow, at, calls: 1, tokens, micros, saved: 0 };
}

/** What answers from a cache did not cost in a run, by its journal. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function savingsOf(log: WholeReads, team: string, run: string): Promise<readonly Cost[]> {
  const { messages } = await loadWhole(log, [runFilter(team, run)]);
  const agents = new Map<number, string>();
  const saved: Cost[] = [];
  let workflow = "";
  for (const message of messages) {
    const journal = readJournalMessage(message);
    for (const [i, event] of (journal?.events ?? []).entries()) {
      if (event.type === "run.started") workflow = event.data.workflow;
      if (event.type === "step.requested") agents.set(event.data.n, event.data.agent);
      if (event.type !== "step.completed" || event.data.saved === undefined) continue;
      const at = Date.parse(journal?.envelopes[i]?.time ?? "") || message.time;
      const agent = agents.get(event.data.n) ?? "";
      saved.push({ agent, workflow, at, calls: 0, tokens: 0, micros: 0, saved: event.data.saved.micros });
    }
  }
  return saved;
}

/** Takes a message's costs into a register, unless it has them. */
export function taken(register: Costs, seq: number, costs: readonly (readonly [key: string, cost: Sum])[]): Costs {
  if (seq <= register.upTo) return register;
  const of = { ...register.of };
  for (const [key, cost] of costs) of[key] = plus(of[key], cost);
  return { upTo: seq, of };
}

export function plus(a: Sum | undefined, b: Sum): Sum {
  const { calls = 0, tokens = 0, micros = 0, saved = 0 } = a ?? {};
  return { calls: calls + b.calls, tokens: tokens + b.tokens, micros: micros + b.micros, saved: saved + b.saved };
}

/** A message of the ledger that this build cannot read is one of a newer build: what it cost is not known here. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArmadaError && error.code === "STATE_UNREADABLE") return undefined;
    throw error;
  }
}
