import { lookedAt } from "@armada/operations/health/looked-at";
import { troublesOf } from "@armada/operations/health/looks";
import { streamsGone } from "@armada/operations/health/room";
import type { Trouble } from "@armada/operations/health/trouble";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { sayRows } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { meshTeams, teamsGone } from "../teams.ts";

/** Each team's replicas, queues and stream, and what is wrong with it; ✓ where nothing is. */
export async function healthCommand(session: Session, out: Output): Promise<number> {
  const gone = await teamsGone(session);
  let healthy = gone.length === 0;
  for (const team of gone) {
    const trouble = streamsGone([`TEAM_${team}`]);
    const nothing = { replicas: 0, restarts: 0, messages: 0, pending: 0, unacked: 0, unserved: [] };
    out.emit({ type: "health", team, ok: false, ...nothing, troubles: [trouble] });
    out.say(`✗  ${team.padEnd(14)}  no stream of its own`);
    sayTroubles([trouble], out);
  }
  const looked = (await meshTeams(session)).map(async (team) => {
    const about = await lookedAt(session, team);
    const [troubles, messages] = await Promise.all([troublesOf(about), session.log(team.name).head()]);
    return { team, about, troubles, messages };
  });
  for (const { team, about, troubles, messages } of await Promise.all(looked)) {
    const ok = troubles.length === 0;
    healthy &&= ok;
    const pending = about.queues.reduce((sum, one) => sum + one.pending, 0);
    const unacked = about.queues.reduce((sum, one) => sum + one.unacked, 0);
    const { alive = 0, started = 0 } = about.replicas ?? {};
    const own = started > 0;
    // Of a team that another process runs the server knows how many wait for work: of each queue one a replica.
    const replicas = own ? alive : Math.max(0, ...about.queues.map(({ workers }) => workers));
    const restarts = session.mesh?.restarts?.[team.name] ?? 0;
    out.emit({
      type: "health",
      team: team.name,
      ok,
      replicas,
      restarts,
      messages,
      pending,
      unacked,
      unserved: about.queues.filter((one) => one.workers === 0 && one.unacked === 0 && one.pending > 0).map(({ name }) => name),
      troubles,
    });
    const line = [
      `${replicas} replica${replicas === 1 ? "" : "s"}${own ? "" : " connected"}`,
      ...(own ? [`${restarts} restart${restarts === 1 ? "" : "s"}`] : []),
      `${messages} messages`,
      `${pending} waiting`,
      `${unacked} in work`,
    ];
    out.say([ok ? "✓" : "✗", team.name.padEnd(14), line.join(", ")].join("  "));
    sayTroubles(troubles, out);
  }
  return healthy ? EXIT.ok : EXIT.failed;
}

function sayTroubles(troubles: readonly Trouble[], out: Output): void {
  const rows = troubles.map(({ message, code, next }) => `     ${oneLine(message)} (${code})${next === undefined ? "" : `: ${next}`}`);
  sayRows(rows, "armada health --json", out.say, "     ");
}
