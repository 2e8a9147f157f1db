import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import { loadEndless } from "@armada/event-sourcing";
import { type BreakerState, breaker, breakerOf } from "@armada/resilience";
import type { Session } from "../mesh/session.ts";
import { withBreakers } from "./list.ts";

const ANSWER_MS = 10_000;
const LOOK_MS = 50;

/**
 * Asks a team to open or close the breaker of one of its agents for `ms`, and comes back once the log says so.
 * @throws ArmadaError `USAGE` where there is no such agent, `CONTROL_UNANSWERED`
 */
export async function setBreaker(
  session: Pick<Session, "ask" | "log" | "manifests">,
  { team, agent, ...how }: { team: string; agent: string; to: "open" | "closed"; ms: number; why: string },
): Promise<BreakerState> {
  const manifest = session.manifests().get(team);
  if (manifest === undefined)
    throw new ArmadaError("USAGE", `there is no team ${team}`, { hint: `there are ${[...session.manifests().keys()].sort().join(", ")}` });
  const agents = withBreakers(manifest);
  if (!agents.includes(agent))
    throw new ArmadaError("USAGE", `no agent ${agent} of team ${team} has a breaker`, {
      hint: agents.length === 0 ? "none of its agents has" : `those that have: ${agents.join(", ")}`,
    });
  const read = async (): Promise<{ state: BreakerState; version: number }> =>
    loadEndless(session.log(team), breaker, breakerOf(team, agent));
  const { version: before } = await read();
  await session.ask(team, "breaker_set", `breaker-${agent}-${randomBytes(6).toString("hex")}`, { agent, ...how });
  for (const deadline = Date.now() + ANSWER_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { state, version } = await read();
    if (version > before && state.by === "operator" && state.why === how.why) return state;
  }
  throw new ArmadaError(
    "CONTROL_UNANSWERED",
    `team ${team} did not ${how.to === "open" ? "open" : "close"} the breaker of ${agent} within ${ANSWER_MS / 1_000} s`,
    {
      hint: "is it up? see `armada health`; what is asked for is done once it is",
    },
  );
}
