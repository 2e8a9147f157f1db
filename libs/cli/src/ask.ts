import { ArmadaError, askMessage, chainOf } from "@armada/contracts";
import { type Log, ROOM_HINT } from "@armada/event-sourcing";

export const OPERATOR = "operator";

/** Appends an ask of the operator, create-once: the same id again is the same ask. @returns its sequence */
export async function ask(
  log: Pick<Log, "append" | "last">,
  team: string,
  capability: string,
  id: string,
  data: unknown,
  traceparent?: string,
): Promise<number> {
  const about = { to: team, from: OPERATOR, source: `/${OPERATOR}`, capability, id, data, time: new Date().toISOString() };
  const { subject, body } = askMessage(about, chainOf(id, traceparent));
  const result = await log.append(subject, body, { filter: subject, last: 0 });
  if (result.kind === "appended") return result.seq;
  if (result.kind === "refused") throw new ArmadaError("LOG_REFUSED", `team ${team} takes no such ask: ${result.reason}`);
  const stored = result.kind === "conflict" ? (result.last ?? (await log.last(subject))?.seq) : undefined;
  if (stored !== undefined) return stored;
  if (result.kind === "full") throw new ArmadaError("LOG_FULL", `the stream TEAM_${team} is full and takes no ask`, { hint: ROOM_HINT });
  throw new ArmadaError("LOG_UNAVAILABLE", `team ${team} did not take the ask: ${result.kind}`, {
    hint: "is the team up? see `armada health`",
    retryable: true,
  });
}
