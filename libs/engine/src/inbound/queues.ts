import type { Subscription, Team } from "@armada/agents";
import { type AnyEventKind, milliseconds, shortHash } from "@armada/contracts";
import type { Queue } from "@armada/event-sourcing";

const DEFAULT_CONCURRENCY = 8;
/** Steps in the batch lane do nothing but wait. */
const BATCH_CONCURRENCY = 1_000;
const LEAD_CONCURRENCY = 64;

/** What a team's service pulls from its own stream. The provisioner makes these consumers, the engine works them. */
export type TeamQueues = {
  readonly agents: readonly (Queue & { readonly agent: string })[];
  readonly leads: readonly Queue[];
  readonly asks: Queue;
  readonly answers: Queue;
  readonly ticks: Queue;
  readonly subscriptions: readonly (Queue & { readonly subscription: Subscription })[];
  readonly waits: readonly (Queue & { readonly kind: AnyEventKind })[];
};

/** The subject filter of all facts of a kind. */
export function factFilter(kind: AnyEventKind, id?: string): string {
  return `evt.${kind.team}.${kind.entity}.${kind.event}.${id === undefined ? ">" : `${id}.*`}`;
}

/** The queues that a team works on, by what they bring; provisioning makes them, and each replica pulls them. */
export function queuesOf(team: Team): TeamQueues {
  const t = team.name;
  const queue = (name: string, filter: string, concurrency = LEAD_CONCURRENCY): Queue => ({ name, filters: [filter], concurrency });
  const awaited = new Map(team.awaits.map((kind) => [kind.type, kind]));
  return {
    agents: team.agents.flatMap((agent) => {
      const { name, limits, calls } = agent;
      const live = queue(`do_${name}_a`, `run.${t}.do.${name}-a.>`, limits.concurrency ?? DEFAULT_CONCURRENCY);
      const bulk = queue(`bulk_${name}_a`, `run.${t}.bulk.${name}-a.>`, limits.concurrency ?? BATCH_CONCURRENCY);
      // What was asked before the agent came into the lane is still to be done.
      const limit = calls.lane === "batch" || limits.timeout === undefined ? {} : { limit: milliseconds(limits.timeout) };
      return (calls.lane === "batch" ? [live, bulk] : [live]).map((one) => ({ ...one, ...limit, agent: name }));
    }),
    leads: team.workflows.map((served) =>
      queue(`lead_${served.name}_v${served.version}`, `run.${t}.lead.${served.name}-v${served.version}.>`),
    ),
    asks: queue("asks", `ask.${t}.>`),
    answers: queue("answers", `ans.${t}.>`),
    ticks: queue("ticks", `tick.${t}.>`),
    subscriptions: team.subscriptions.map((subscription) => ({
      ...queue(subscriptionQueue(subscription), factFilter(subscription.on)),
      subscription,
    })),
    waits: [...awaited.values()].map((kind) => ({ ...queue(`wait_${shortHash(kind.type)}`, factFilter(kind)), kind })),
  };
}

/** Stable over restarts and over other edits of the team; part of the run ids that the subscription starts. */
export function subscriptionName(subscription: Subscription): string {
  const { on: kind, workflow } = subscription;
  return `on_${shortHash(kind.type, workflow.name)}`;
}

/**
 * A subscription that is edited to begin elsewhere gets another queue, because the one it had has passed what it now wants;
 * its runs keep their ids, so what was started is not started again.
 */
function subscriptionQueue(subscription: Subscription): string {
  const { on: kind, workflow, from } = subscription;
  return from === "now" ? subscriptionName(subscription) : `on_${shortHash(kind.type, workflow.name, JSON.stringify(from))}`;
}

/** All queues, as data. */
export function allQueues(queues: TeamQueues): readonly Queue[] {
  const { agents, leads, asks, answers, ticks, subscriptions, waits } = queues;
  return [...agents, ...leads, asks, answers, ticks, ...subscriptions, ...waits].map(({ name, filters, concurrency }) => ({
    name,
    filters,
    concurrency,
  }));
}

/** What a team wants copied into its stream from other teams: one literal filter per event type. */
export function sourcesOf(team: Team): ReadonlyMap<string, readonly string[]> {
  const kinds = [...team.subscriptions.map((s) => s.on), ...team.awaits, ...team.readModels.flatMap((m) => m.folds.map((f) => f.on))];
  const sources = new Map<string, Set<string>>();
  for (const kind of kinds) {
    if (kind.team === team.name) continue;
    const filters = sources.get(kind.team) ?? new Set();
    sources.set(kind.team, filters.add(factFilter(kind)));
  }
  return new Map([...sources].map(([from, filters]) => [from, [...filters].sort()]));
}
