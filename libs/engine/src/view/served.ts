import { matches } from "@armada/event-sourcing";
import type { RunView } from "./run.ts";

/** A queue of a team as the server has it. `workers`: replicas that wait for work at it. */
export type ServedQueue = {
  readonly name: string;
  readonly filters: readonly string[];
  readonly workers: number;
  readonly unacked: number;
};

/** Whether one of the queues is there for what is published on a subject, served or not. */
export function isTaken(subject: string, queues: readonly Pick<ServedQueue, "filters">[]): boolean {
  return queues.some(({ filters }) => filters.some((filter) => matches(filter, subject)));
}

/** Whether somebody takes it: the queue has work in hand, or replicas that wait for more. */
function isServed(subject: string, queues: readonly ServedQueue[]): boolean {
  return isTaken(
    subject,
    queues.filter(({ workers, unacked }) => workers > 0 || unacked > 0),
  );
}

/**
 * A run as its journal tells it, with what the journal cannot tell: that nobody serves its version any more, or an agent that it
 * waits for. `queues` are those that the server has.
 */
export function shownAsServed(view: RunView, queues: readonly ServedQueue[]): RunView {
  const { status, endedAt, workflow, version, run } = view;
  if (endedAt !== undefined || status === "stopped") return view;
  if (!queues.some(({ name }) => name === `lead_${workflow}_v${version}`)) {
    const prefix = `lead_${workflow}_v`;
    const versions = queues.flatMap(({ name }) => (name.startsWith(prefix) ? [`v${name.slice(prefix.length)}`] : []));
    return {
      ...view,
      status: "stopped",
      reason: {
        code: "VERSION_NOT_SERVED",
        message: `${workflow} v${version} is missing: team ${view.team} serves ${versions.join(", ") || "none of its versions"}`,
        hint: `list v${version} in its team.ts again, or \`armada runs move ${run} --to VERSION\``,
      },
    };
  }
  const waits = view.steps.filter(
    ({ status: now, agent, variant, n }) =>
      now === "requested" && !["do", "bulk"].some((kind) => isServed(`run.${view.team}.${kind}.${agent}-${variant}.${run}.${n}`, queues)),
  );
  const [first] = waits;
  if (first === undefined) return view;
  const working = view.steps.filter((step) => step.status === "requested").length > waits.length;
  return {
    ...view,
    status: working || status === "parked" ? status : "waiting",
    waitingFor: [...(view.waitingFor ?? []), ...waits.map(({ n, agent }) => ({ kind: "agent", n, what: `${agent}, which nobody serves` }))],
    reason: view.reason ?? {
      code: "AGENT_NOT_SERVED",
      message: `step ${first.n} waits for the agent ${first.agent}, which no replica of team ${view.team} serves`,
      hint: `list it in agents: […] of services/${view.team}/src/team.ts and start the team again, or see whether the team is up: armada health`,
    },
  };
}
