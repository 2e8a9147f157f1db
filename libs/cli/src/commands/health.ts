import { lookedAt } from "@armada/operations/health/looked-at";
import { troublesOf } from "@armada/operations/health/looks";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { oneLine } from "../render/one-line.ts";
import { meshTeams } from "../teams.ts";

/** Each team's replicas, queues and stream, and what is wrong with it; ✓ where nothing is. */
export async function healthCommand(session: Session, out: Output): Promise<number> {
  let healthy = true;
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
    const replicas = about.replicas?.alive ?? 0;
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
      ...(session.mesh === undefined
        ? []
        : [`${replicas} replica${replicas === 1 ? "" : "s"}`, `${restarts} restart${restarts === 1 ? "" : "s"}`]),
      `${messages} messages`,
      `${pending} waiting`,
      `${unacked} in work`,
    ];
    out.say([ok ? "✓" : "✗", team.name.padEnd(14), line.join(", ")].join("  "));
    for (const { message, code, next } of troubles) out.say(`     ${oneLine(message)} (${code})${next === undefined ? "" : `: ${next}`}`);
  }
  return healthy ? EXIT.ok : EXIT.failed;
}
