import type { Log } from "@armada/event-sourcing";
import { breakersFilter } from "@armada/resilience";
import { breakersOf, saidOf } from "../breakers/list.ts";
import { isolatedNow } from "../isolation/list.ts";
import type { Session } from "../mesh/session.ts";

/** A team (TEAM) or an agent (TEAM.AGENT) that does not do its work now. `code`: as `health` has it; `since`: ISO-8601, where that is known. */
export type Failing = { readonly subject: string; readonly code: string; readonly why: string; readonly since?: string };

type Queued = { readonly name: string; readonly workers: number; readonly unacked: number; readonly pending: number };

/** What it takes to know that. */
export type FailingReads = Pick<Session, "manifests" | "isolations"> & {
  log(team: string): Pick<Log, "last">;
  queues(team: string): Promise<readonly Queued[]>;
};

/** The subjects that fail; of a team that fails as a whole no agent again. */
export function inAll(failing: readonly Pick<Failing, "subject">[]): readonly string[] {
  const all = new Set(failing.map(({ subject }) => subject));
  return [...all].filter((subject) => !subject.includes(".") || !all.has(subject.split(".", 1)[0] ?? ""));
}

/** What fails of the teams: breakers that are not closed, isolations, agents and teams whose work nobody takes. `now`: ms since 1970. */
export async function failingIn(session: FailingReads, teams: readonly string[], now: number): Promise<readonly Failing[]> {
  const isolated = isolatedNow(session.isolations(), now)
    .filter(({ prefix }) => teams.includes(prefix.split(".", 1)[0] ?? ""))
    .map(({ prefix, since, until, by, why }) => ({ subject: prefix, code: "ISOLATED", since, why: `until ${until}, by ${by}: ${why}` }));
  return [...isolated, ...(await Promise.all(teams.map((team) => failingOf(session, team, now)))).flat()];
}

async function failingOf(session: FailingReads, team: string, now: number): Promise<readonly Failing[]> {
  const manifest = session.manifests().get(team);
  const log = session.log(team);
  const [ever, queues] = await Promise.all([log.last(breakersFilter(team)), session.queues(team)]);
  // As in most teams none has ever opened.
  const breakers = manifest === undefined || ever === undefined ? [] : await breakersOf(log, manifest);
  const open = breakers.flatMap((one): Failing[] => {
    const { status, since, agent } = one;
    if (status === "closed") return [];
    return [{ subject: `${team}.${agent}`, code: "BREAKER_OPEN", ...(since === undefined ? {} : { since }), why: saidOf(one, now) }];
  });
  return [...open, ...unserved(team, queues, manifest?.agents.map(({ name }) => name) ?? [])];
}

/** Work that is there, of which none is at hand, and for which nobody waits. A team without any may have been left out on purpose. */
function unserved(team: string, queues: readonly Queued[], agents: readonly string[]): readonly Failing[] {
  const waiting = (of: readonly Queued[]): number =>
    of.every(({ workers, unacked }) => workers === 0 && unacked === 0) ? of.reduce((sum, { pending }) => sum + pending, 0) : 0;
  const all = waiting(queues);
  if (all > 0) return [{ subject: team, code: "NOT_CONNECTED", why: `no replica is connected (${all} waiting)` }];
  return agents.flatMap((agent) => {
    const pending = waiting(queues.filter(({ name }) => name === `do_${agent}_a` || name === `bulk_${agent}_a`));
    if (pending === 0) return [];
    return [{ subject: `${team}.${agent}`, code: "QUEUE_NOT_SERVED", why: `nobody serves it (${pending} waiting)` }];
  });
}
