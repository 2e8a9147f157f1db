import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import { loadEndless, readEndless } from "@armada/event-sourcing";
import { type BreakerEvent, type BreakerState, breaker, breakerOf, SetBreaker } from "@armada/resilience";
import type { Session } from "../mesh/session.ts";
import { withBreakers } from "./list.ts";

const ANSWER_MS = 10_000;
const LOOK_MS = 50;
/**
 * Asks a team to open or close the breaker of one of its agents for `ms`, and comes back once the log says so.
 * `why`: one line; what would break it is a space. @throws ArmadaError `USAGE` where there is no such agent, or that is too long, `CONTROL_UNANSWERED`
 */
export async function setBreaker(
  session: Pick<Session, "ask" | "log" | "manifests">,
  { team, agent, to, ms, why: said }: { team: string; agent: string; to: "open" | "closed"; ms: number; why: string },
): Promise<BreakerState> {
  const why = said.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const refused = SetBreaker.safeParse({ agent, to, ms, why }).error?.issues[0];
  if (refused !== undefined)
    throw new ArmadaError("USAGE", `${refused.path.join(".")}: ${refused.message}`, {
      hint: "whole ms up to 366 days, and a reason of a line",
    });
  const how = { to, ms, why };
  const manifest = session.manifests().get(team);
  if (manifest === undefined)
    throw new ArmadaError("USAGE", `there is no team ${team}`, { hint: `there are ${[...session.manifests().keys()].sort().join(", ")}` });
  const agents = withBreakers(manifest);
  if (!agents.includes(agent))
    throw new ArmadaError("USAGE", `no agent ${agent} of team ${team} has a breaker`, {
      hint: agents.length === 0 ? "none of its agents has" : `those that have: ${agents.join(", ")}`,
    });
  const log = session.log(team);
  const aggregate = breakerOf(team, agent);
  let { version } = await loadEndless(log, breaker, aggregate);
  await session.ask(team, "breaker_set", `breaker-${agent}-${randomBytes(6).toString("hex")}`, { agent, ...how });
  // Each version in its turn: what was asked for may be overtaken at once, by a call that tries it or by another operator.
  for (const deadline = Date.now() + ANSWER_MS; Date.now() < deadline; ) {
    const next = await log.last(`evt.${team}.${aggregate.entity}.*.${agent}.${version + 1}`);
    if (next === undefined) {
      await sleep(LOOK_MS);
      continue;
    }
    version++;
    const { state, events } = readEndless(aggregate, next);
    if (events.some((event) => isSaid(event, how))) return state;
  }
  throw new ArmadaError(
    "CONTROL_UNANSWERED",
    `team ${team} did not ${how.to === "open" ? "open" : "close"} the breaker of ${agent} within ${ANSWER_MS / 1_000} s`,
    {
      hint: "is it up? see `armada health`; what is asked for is done once it is",
    },
  );
}

function isSaid(
  { type, data }: BreakerEvent,
  { to, ms, why }: { readonly to: "open" | "closed"; readonly ms: number; readonly why: string },
): boolean {
  if (type !== (to === "open" ? "opened" : "closed")) return false;
  return data.by === "operator" && data.why === why && Date.parse(data.until ?? "") - Date.parse(data.at) === ms;
}
