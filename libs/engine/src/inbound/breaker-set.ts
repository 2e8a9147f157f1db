import type { Handled } from "@armada/event-sourcing";
import type { Breakers } from "@armada/resilience";
import { z } from "zod";

const OPERATOR = "operator";
const YEAR_MS = 366 * 86_400_000;
/** `ms`: for how long, at most a year. */
const Data = z.object({ agent: z.string(), to: z.enum(["open", "closed"]), ms: z.int().min(1).max(YEAR_MS), why: z.string().max(1_000) });

/** A person opens or closes the breaker of an agent (`breaker_set`): only the operator may. Where it comes twice, so it is said twice. */
export async function setBreaker(breakers: Breakers, ask: { readonly from: string; readonly data: unknown }): Promise<Handled> {
  const parsed = Data.safeParse(ask.data);
  if (!parsed.success || ask.from !== OPERATOR || breakers.state(parsed.data.agent) === undefined) return { kind: "done" };
  const { agent, to, ms, why } = parsed.data;
  await breakers.set(agent, to, ms, why);
  return { kind: "done" };
}
