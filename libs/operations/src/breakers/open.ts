import type { Look } from "../health/trouble.ts";
import { breakersOf, type ListedBreaker, saidOf } from "./list.ts";

/** Agents whose calls pause. */
export const openBreakers: Look = async ({ session, team: { name, manifest }, now }) => {
  if (manifest === undefined) return [];
  const all = await breakersOf(session.log(name), manifest);
  return all
    .filter(({ status }) => status !== "closed")
    .map((one) => ({ code: "BREAKER_OPEN", message: `${one.agent} ${saidOf(one, now)}`, next: nextOf(one) }));
};

function nextOf({ team, agent, by }: ListedBreaker): string {
  const close = `armada breakers close ${team}.${agent} --why …`;
  return by === "operator"
    ? `it was opened by hand; calls go out again with ${close}`
    : `see ${team}'s log for why it fails; calls go out, however they end, with ${close}`;
}
