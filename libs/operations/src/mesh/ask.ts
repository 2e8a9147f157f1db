import { ArmadaError, askMessage, chainOf } from "@armada/contracts";
import { appendSole, giveBodies, type Log, type Objects, ROOM_HINT } from "@armada/event-sourcing";
import { systemClock, systemRandom } from "@armada/runtime/ports";

/** The identity of who operates a mesh: it reads all teams and asks in its own name. */
export const OPERATOR = "operator";
/** How long another write of the same ask may be under way, ms. */
const RIVAL_MS = 500;

/**
 * Appends an ask of the operator, create-once: the same id again is the same ask. What `data` names of the operator's objects the team is
 * given before. @returns its sequence
 */
export async function ask(
  { log, objects }: { readonly log: Pick<Log, "append">; readonly objects: Pick<Objects, "give"> },
  team: string,
  capability: string,
  id: string,
  data: unknown,
  traceparent?: string,
): Promise<number> {
  const about = { to: team, from: OPERATOR, source: `/${OPERATOR}`, capability, id, data, time: new Date().toISOString() };
  const { subject, body } = askMessage(about, chainOf(id, traceparent));
  await giveBodies(body, (digest) => objects.give(digest, team));
  const settled = await appendSole({ log, clock: systemClock, random: systemRandom }, { subject, body }, { patience: RIVAL_MS });
  if (settled.kind === "stored") return settled.seq;
  if (settled.kind === "refused") throw new ArmadaError("LOG_REFUSED", `team ${team} takes no such ask: ${settled.reason}`);
  if (settled.kind === "full") throw new ArmadaError("LOG_FULL", `the stream TEAM_${team} is full and takes no ask`, { hint: ROOM_HINT });
  throw new ArmadaError("LOG_UNAVAILABLE", `team ${team} did not take the ask: ${settled.kind}`, {
    hint: "is the team up? see `armada health`",
    retryable: true,
  });
}
