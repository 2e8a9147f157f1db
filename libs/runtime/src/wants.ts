import { sharesAnswers, type Team } from "@armada/agents";
import { allQueues, queuesOf, sourcesOf } from "@armada/engine";
import type { TeamTopology } from "@armada/nats";
import { z } from "zod";

/** What a service tells the process that started it: the topology that its team's code wants, as JSON can say it. */
const Wants = z.object({
  type: z.literal("wants"),
  team: z.string(),
  queues: z.array(z.object({ name: z.string(), filters: z.array(z.string()), concurrency: z.number() })),
  sources: z.array(z.tuple([z.string(), z.array(z.string())])),
  shares: z.boolean(),
});

/** The topology that a team wants. */
export function topologyOfTeam(team: Team): TeamTopology {
  return { team: team.name, queues: allQueues(queuesOf(team)), sources: sourcesOf(team), shares: sharesAnswers(team) };
}

export function wantsOf(team: Team): object {
  const topology = topologyOfTeam(team);
  return { ...topology, type: "wants", sources: [...topology.sources] };
}

/** The topology of such a message; undefined where it is another one. */
export function topologyIn(message: unknown): TeamTopology | undefined {
  const { success, data } = Wants.safeParse(message);
  if (!success) return undefined;
  const { type: _type, sources, ...rest } = data;
  return { ...rest, sources: new Map(sources) };
}
