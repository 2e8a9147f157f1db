import { ArmadaError } from "@armada/contracts";
import { breakersOf, type ListedBreaker } from "@armada/operations/breakers/list";
import { setBreaker } from "@armada/operations/breakers/set";
import type { Session } from "@armada/operations/mesh/session";
import { lengthOf } from "../arguments/length.ts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";

const LENGTH = "10m";
const WHY = "by hand";

export type SetBreakerFlags = { readonly for?: string; readonly why?: string };

/** Every breaker of the teams' agents, those that are not closed first. */
export async function listBreakers(session: Pick<Session, "log" | "manifests">, teams: readonly string[], out: Output): Promise<number> {
  const manifests = session.manifests();
  const all = await Promise.all(
    teams.flatMap((team) => {
      const manifest = manifests.get(team);
      return manifest === undefined ? [] : [breakersOf(session.log(team), manifest)];
    }),
  );
  const rows = all.flat().sort((a, b) => Number(a.status === "closed") - Number(b.status === "closed"));
  for (const row of rows) out.emit({ type: "breaker", ...row });
  if (rows.length === 0) out.say("no team has an agent");
  else for (const line of table([["agent", "breaker", "since", "until", "why", "opened"], ...rows.map(cellsOf)], 6)) out.say(line);
  return EXIT.ok;
}

function cellsOf({ team, agent, status, since = "", until = "", why = "", opened }: ListedBreaker): string[] {
  return [`${team}.${agent}`, status.replace("_", " "), since, until, why, opened === 0 ? "never" : `${opened}x`];
}

/** Opens or closes the breaker of `TEAM.AGENT`. @throws ArmadaError `USAGE`, `CONTROL_UNANSWERED` */
export async function setBreakerCommand(
  session: Pick<Session, "ask" | "log" | "manifests">,
  subject: string,
  to: "open" | "closed",
  flags: SetBreakerFlags,
  out: Output,
): Promise<number> {
  const [team = "", agent = "", ...more] = subject.split(".");
  if (agent === "" || more.length > 0)
    throw new ArmadaError("USAGE", `${subject} is no agent`, { hint: "TEAM.AGENT, as `armada breakers list` has it" });
  const ms = lengthOf("--for", flags.for ?? LENGTH);
  const { probe: _, ...state } = await setBreaker(session, { team, agent, to, ms, why: flags.why ?? WHY });
  out.emit({ type: "breaker", team, agent, ...state });
  out.say(
    to === "open"
      ? `calls of ${subject} pause until ${state.until}; then one is tried`
      : `calls of ${subject} go out, and until ${state.until} none of them opens its breaker`,
  );
  return EXIT.ok;
}
