import { z } from "zod";
import { type Place, until } from "../harness/product.ts";
import type { Journal } from "./journals.ts";
import { startRun } from "./runs.ts";

const Ended = z.looseObject({ output: z.object({ prices: z.array(z.object({ item: z.string(), cents: z.number() }).nullable()) }) });
const Line = z.looseObject({ batch: z.string().optional() });

/** Starts a run of the team `buyers` that asks one agent for the prices of items; answers its id. */
export function buy(agent: string, items: readonly string[], at: Place): Promise<string> {
  return startRun("buyers.buy", JSON.stringify({ agent, items }), at);
}

/** Cents by item, as a run's end has them; empty while it has none. */
export function pricesIn(journal: Journal | undefined): Record<string, number> {
  const end = journal?.events.find(({ type }) => type === "armada.run.ended");
  const parsed = Ended.safeParse(end?.data);
  return Object.fromEntries((parsed.data?.output.prices ?? []).flatMap((price) => (price === null ? [] : [[price.item, price.cents]])));
}

/** Where `found` differs from `wanted`, in words. */
export function differences(wanted: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): string[] {
  const items = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...items].flatMap((item) =>
    wanted[item] === found[item] && found[item] !== undefined ? [] : [`${item}: ${found[item]} instead of ${wanted[item]}`],
  );
}

/** Changes what the model server does from now on. */
export async function control(env: Readonly<Record<string, string>>, change: Readonly<Record<string, unknown>>): Promise<void> {
  const response = await fetch(`${env.ANTHROPIC_BASE_URL}/v1/armada/control`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`the model server refused ${JSON.stringify(change)}: ${await response.text()}`);
}

/** The Message Batch in which a request of the server's log came. */
export function batchOf(line: unknown): string | undefined {
  return Line.parse(line).batch;
}

/** Waits until a process that was killed has been replaced. */
export async function replaced(what: string, pid: number, pids: () => readonly number[]): Promise<void> {
  await until(`another ${what}`, 60_000, () => pids().length > 0 && !pids().includes(pid));
}
