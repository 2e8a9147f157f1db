import type { Handled } from "@armada/event-sourcing";
import { type Breakers, SetBreaker } from "@armada/resilience";

const OPERATOR = "operator";

/** A person opens or closes the breaker of an agent (`breaker_set`): only the operator may. Where it comes twice, so it is said twice. */
export async function setBreaker(breakers: Breakers, ask: { readonly from: string; readonly data: unknown }): Promise<Handled> {
  const parsed = SetBreaker.safeParse(ask.data);
  if (!parsed.success || ask.from !== OPERATOR || breakers.state(parsed.data.agent) === undefined) return { kind: "done" };
  const { agent, to, ms, why } = parsed.data;
  await breakers.set(agent, to, ms, why);
  return { kind: "done" };
}
