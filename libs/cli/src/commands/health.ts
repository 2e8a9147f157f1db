import { setTimeout as sleep } from "node:timers/promises";
import { isRetryable } from "@armada/contracts";
import { lookedAt } from "@armada/operations/health/looked-at";
import { troublesOf } from "@armada/operations/health/looks";
import { streamsGone } from "@armada/operations/health/room";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import type { Output } from "../output.ts";
import { sayRows } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { meshTeams, teamsGone } from "../teams.ts";

/** How often `--watch` looks, ms. */
const EVERY_MS = 2_000;

/** A team as `health` shows it. `own`: this mesh's `up` runs its replicas. */
type Health = { readonly line: LineOf<"health">; readonly own: boolean; readonly gone: boolean };

/** Each team's replicas, queues and stream, and what is wrong with it; ✓ where nothing is. */
export async function healthCommand(session: Session, out: Output): Promise<number> {
  const all = await healthOf(session);
  for (const one of all) show(one, out);
  return codeOf(all);
}

/** The same, and then each team again whose troubles have changed, until `signal` aborts. The code is of how it was last. */
export async function watchHealth(session: Session, out: Output, signal: AbortSignal, every = EVERY_MS): Promise<number> {
  const known = new Map<string, string>();
  let all: readonly Health[] | undefined;
  for (;;) {
    all = await healthOf(session).catch((error: unknown) => {
      if (!isRetryable(error)) throw error;
      out.complain(`${error.message}; looking again`);
      return undefined;
    });
    for (const one of all ?? []) {
      const { team, troubles } = one.line;
      // How long and how many changes by itself.
      const now = troubles.map(({ code, message }) => `${code} ${message.replaceAll(/\d+/g, "")}`).join("\n");
      if (known.get(team) === now) continue;
      known.set(team, now);
      show(one, out, new Date().toISOString().slice(11, 19));
    }
    await sleep(every, undefined, { signal }).catch(() => undefined); // it aborted
    if (signal.aborted) return all === undefined ? EXIT.failed : codeOf(all);
  }
}

function codeOf(all: readonly Health[]): number {
  return all.every(({ line }) => line.ok) ? EXIT.ok : EXIT.failed;
}

async function healthOf(session: Session): Promise<readonly Health[]> {
  const nothing = { replicas: 0, restarts: 0, messages: 0, pending: 0, unacked: 0, unserved: [] };
  const gone = (await teamsGone(session)).map((team): Health => {
    const troubles = [streamsGone([`TEAM_${team}`])];
    return { line: { type: "health", team, ok: false, ...nothing, troubles }, own: false, gone: true };
  });
  const there = (await meshTeams(session)).map(async (team): Promise<Health> => {
    const about = await lookedAt(session, team);
    const [troubles, messages] = await Promise.all([troublesOf(about), session.log(team.name).head()]);
    const { alive = 0, started = 0 } = about.replicas ?? {};
    const own = started > 0;
    const line = {
      type: "health",
      team: team.name,
      ok: troubles.length === 0,
      // Of a team that another process runs the server knows how many wait for work: of each queue one a replica.
      replicas: own ? alive : Math.max(0, ...about.queues.map(({ workers }) => workers)),
      restarts: session.mesh?.restarts?.[team.name] ?? 0,
      messages,
      pending: about.queues.reduce((sum, one) => sum + one.pending, 0),
      unacked: about.queues.reduce((sum, one) => sum + one.unacked, 0),
      unserved: about.queues.filter((one) => one.workers === 0 && one.unacked === 0 && one.pending > 0).map(({ name }) => name),
      troubles: [...troubles],
    } as const;
    return { line, own, gone: false };
  });
  return [...gone, ...(await Promise.all(there))];
}

function show({ line, own, gone }: Health, out: Output, time?: string): void {
  const { team, ok, replicas, restarts, messages, pending, unacked, troubles } = line;
  out.emit(line);
  const counts = [
    `${replicas} replica${replicas === 1 ? "" : "s"}${own ? "" : " connected"}`,
    ...(own ? [`${restarts} restart${restarts === 1 ? "" : "s"}`] : []),
    `${messages} messages`,
    `${pending} waiting`,
    `${unacked} in work`,
  ];
  const said = gone ? "no stream of its own" : counts.join(", ");
  out.say([...(time === undefined ? [] : [time]), ok ? "✓" : "✗", team.padEnd(14), said].join("  "));
  sayTroubles(troubles, out);
}

function sayTroubles(troubles: LineOf<"health">["troubles"], out: Output): void {
  const rows = troubles.map(({ message, code, next }) => `     ${oneLine(message)} (${code})${next === undefined ? "" : `: ${next}`}`);
  sayRows(rows, "armada health --json", out.say, "     ");
}
