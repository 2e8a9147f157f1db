import type { Registers } from "@armada/event-sourcing";
import { type Cost, Costs, DAY_MS, dayKey, HOUR_MS, hourKey, minuteOf, plus, type Sum } from "./cost-index.ts";

export type SpentBy = Sum & { readonly agent: string; readonly workflow: string };
/** A cost that the message `seq` tells. */
export type Told = Cost & { readonly seq: number };

/**
 * What was spent and saved from the minute of `since` on: of whole days by their sums, of the first one by its minutes; and of
 * `told`, which came after the index, what no register has taken yet. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function costsSince(
  since: number,
  until: number,
  made: number,
  told: readonly Told[],
  index: Pick<Registers, "get">,
): Promise<readonly SpentBy[]> {
  const from = minuteOf(since);
  const firstDay = Math.ceil(from / DAY_MS) * DAY_MS;
  const registerOf = (at: number): string => (at < firstDay ? hourKey(made, at) : dayKey(made, at));
  const times = [
    ...range(from - (from % HOUR_MS), Math.min(firstDay, until + HOUR_MS), HOUR_MS),
    ...range(firstDay, until + DAY_MS, DAY_MS),
  ];
  const stored = await Promise.all(
    times.map(async (at): Promise<[number, Costs | undefined]> => {
      const text = (await index.get(registerOf(at)))?.value;
      return [at, text === undefined ? undefined : Costs.parse(JSON.parse(text))];
    }),
  );
  const sums = new Map<string, Sum>();
  const add = (key: string, sum: Sum): void => void sums.set(key, plus(sums.get(key), sum));
  for (const [at, register] of stored)
    for (const [key, sum] of Object.entries(register?.of ?? {})) {
      const ofMinute = at < firstDay;
      if (!ofMinute) add(key, sum);
      else if (Number.parseInt(key, 10) >= from) add(key.slice(key.indexOf(" ") + 1), sum);
    }
  const upTo = new Map(stored.map(([at, register]) => [registerOf(at), register?.upTo ?? 0]));
  for (const { agent, workflow, at, seq, ...sum } of told)
    if (at >= from && seq > (upTo.get(registerOf(at)) ?? 0)) add(`${agent} ${workflow}`, sum);
  return [...sums].map(([key, sum]) => ({ ...sum, agent: key.split(" ")[0] ?? "", workflow: key.split(" ")[1] ?? "" }));
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
}
