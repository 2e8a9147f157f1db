import type { LedgerCall } from "../account.ts";
import type { Verdict } from "./by-call.ts";
import { type HourUsage, undated } from "./usage-report.ts";

const HOUR_MS = 3_600_000;
/** A request shows in the report within five minutes; source as of `usageByHour`. */
const REPORTED_MS = 10 * 60_000;
/** A call is settled at most this long after it was billed, but for those of a batch. */
const SETTLED_MS = 15 * 60_000;
/** A batch ends within a day, so may its bill come to the ledger. */
const BATCH_MS = 24 * HOUR_MS;

/** The hours that have to be compared for suspects of these moments: the hour of each and the one before it. */
export function hoursOf(moments: readonly number[]): { readonly from: number; readonly to: number } {
  const hours = moments.map((at) => Math.floor(at / HOUR_MS) * HOUR_MS);
  return { from: Math.min(...hours) - HOUR_MS - BATCH_MS, to: Math.max(...hours) + HOUR_MS };
}

/**
 * Judges suspects by a report of tokens by model and hour: what the provider billed there and the ledger has not settled.
 * Nothing left: they were never billed. Otherwise they are settled up to it, together at most at their ceilings: rather too
 * much than too little, for others may use the same key. What cannot be told apart stays suspect.
 * `settled`: the calls of all teams; those that may have been billed before the hours begin are not counted.
 */
export function byHour(
  suspects: readonly LedgerCall[],
  settled: readonly LedgerCall[],
  usage: readonly HourUsage[],
  now: number,
): ReadonlyMap<LedgerCall, Verdict> {
  const verdicts = new Map<LedgerCall, Verdict>();
  for (const [model, ofModel] of Map.groupBy(suspects, (call) => undated(call.model)))
    for (const span of spansOf(ofModel)) {
      const about = { model, settled: settled.filter((call) => undated(call.model) === model), usage, now };
      for (const [call, verdict] of judge(span, about)) verdicts.set(call, verdict);
    }
  return verdicts;
}

type Span = { readonly from: number; to: number; readonly calls: LedgerCall[] };

/** Suspects whose hours touch are judged together. */
function spansOf(calls: readonly LedgerCall[]): Span[] {
  const spans: Span[] = [];
  for (const call of [...calls].sort((a, b) => a.at - b.at)) {
    const hour = Math.floor(call.at / HOUR_MS) * HOUR_MS;
    const last = spans.at(-1);
    if (last === undefined || hour - HOUR_MS > last.to) spans.push({ from: hour - HOUR_MS, to: hour + HOUR_MS, calls: [call] });
    else {
      last.calls.push(call);
      last.to = hour + HOUR_MS;
    }
  }
  return spans;
}

function judge(
  { from, to, calls }: Span,
  about: { model: string; settled: readonly LedgerCall[]; usage: readonly HourUsage[]; now: number },
): [LedgerCall, Verdict][] {
  const stay = (why: string): [LedgerCall, Verdict][] => calls.map((call) => [call, { became: "suspect", why }]);
  if (to + REPORTED_MS > about.now) return stay("its hour is not over and reported yet: run this again after the hour");
  const ofModel = about.usage.filter(({ model, hour }) => undated(model) === about.model && hour < to);
  if (ofModel.some(({ batch, hour }) => batch && hour >= from - BATCH_MS))
    return stay(`${about.model} was used in batches too, whose hours cannot be told apart`);
  const there = ofModel.filter(({ hour }) => hour >= from);
  if (there.some(({ micros }) => micros === undefined)) return stay(`no price is known for ${about.model}`);
  const known = about.settled.filter(({ at }) => at >= from + SETTLED_MS && at < to);
  const tokens = sum(there, (one) => one.tokens) - sum(known, (one) => one.tokens);
  // Each call was rounded up to a micro-dollar, the report is rounded once.
  const micros = sum(there, (one) => one.micros ?? 0) - sum(known, (one) => one.micros) + known.length;
  if (tokens < 0) return stay("the ledger has more of these hours than the provider reports");
  if (tokens === 0) return calls.map((call) => [call, { became: "released", why: "the provider billed nothing beside what is settled" }]);
  const ceilings = { micros: calls.map((one) => one.ceiling.micros), tokens: calls.map((one) => one.ceiling.tokens) };
  const [cost, used] = [allot(Math.max(0, micros), ceilings.micros), allot(tokens, ceilings.tokens)];
  const why = "up to what the provider billed beside what is settled";
  return calls.map((call, i) => [call, { became: "settled", micros: cost[i] ?? 0, tokens: used[i] ?? 0, why }]);
}

/** `whole`, or all that the ceilings hold, in integers in their proportion, none over its ceiling. */
export function allot(whole: number, ceilings: readonly number[]): number[] {
  let room = ceilings.reduce((a, b) => a + b, 0);
  let left = Math.min(whole, room);
  return ceilings.map((ceiling) => {
    const fair = room === 0 ? 0 : Math.floor(left * (ceiling / room));
    const part = Math.min(ceiling, left, Math.max(fair, left - (room - ceiling)));
    left -= part;
    room -= ceiling;
    return part;
  });
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
