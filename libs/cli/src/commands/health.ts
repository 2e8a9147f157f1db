import { allQueues, queuesOf, type Team } from "@armada/agents";
import { EXIT } from "../exit.ts";
import { isAlive } from "../mesh/mesh-file.ts";
import type { Output } from "../output.ts";
import type { Session } from "../session.ts";

/** A queue with work and nobody who pulls it is not served. */
export async function healthCommand(session: Session, teams: readonly Team[], out: Output): Promise<number> {
  let healthy = true;
  for (const team of teams) {
    const log = session.log(team.name);
    const pids = session.mesh?.pids[team.name] ?? [];
    const alive = pids.filter(isAlive);
    const queues = await Promise.all(
      allQueues(queuesOf(team)).map(async (queue) => ({ queue: queue.name, ...(await log.depth(queue.name)) })),
    );
    const unserved = queues.filter((one) => one.workers === 0 && one.unacked === 0 && one.pending > 0);
    const head = await log.head();
    const ok = unserved.length === 0 && (pids.length === 0 || alive.length === pids.length);
    healthy &&= ok;
    const pending = queues.reduce((sum, one) => sum + one.pending, 0);
    const unacked = queues.reduce((sum, one) => sum + one.unacked, 0);
    const restarts = session.mesh?.restarts?.[team.name] ?? 0;
    out.emit({
      type: "health",
      team: team.name,
      ok,
      replicas: alive.length,
      restarts,
      messages: head,
      pending,
      unacked,
      unserved: unserved.map((one) => one.queue),
    });
    const about = [
      `${alive.length} replica${alive.length === 1 ? "" : "s"}`,
      `${restarts} restart${restarts === 1 ? "" : "s"}`,
      `${head} messages`,
      `${pending} waiting`,
      `${unacked} in work`,
    ];
    const trouble = unserved.map((one) => `nobody serves ${one.queue} (${one.pending} waiting)`);
    out.say([ok ? "✓" : "✗", team.name.padEnd(14), about.join(", "), ...trouble].join("  "));
  }
  return healthy ? EXIT.ok : EXIT.failed;
}
