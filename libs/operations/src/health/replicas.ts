import { HOME } from "../mesh/mesh-file.ts";
import type { Look, Looked } from "./trouble.ts";

/** Whether a team was left out of this mesh on purpose. */
export function isLeftOut({ team, replicas: there }: Pick<Looked, "team" | "replicas">): boolean {
  return there?.started === 0 && !isElsewhere(team);
}

function isElsewhere({ definition, manifest, trouble }: Looked["team"]): boolean {
  return definition === undefined && manifest !== undefined && trouble === undefined;
}

/**
 * Processes that ended, and replicas that the server knows nothing of: who is connected waits for work at some queue, as all
 * of them are never full at once. What is unacknowledged may have been handed to a connection that is dead.
 */
export const replicas: Look = (about) => {
  const { team, queues, replicas: there } = about;
  const { name } = team;
  if (isLeftOut(about)) return [];
  if (queues.length > 0 && queues.every(({ workers }) => workers === 0))
    return [
      {
        code: "NOT_CONNECTED",
        message: there === undefined || there.alive === 0 ? "no replica is connected" : `no replica is connected, ${there.alive} run`,
        next: isElsewhere(team)
          ? `start it where its code is, or take it out of the fleet: armada remove team ${name} --keep FILE`
          : `see ${HOME}/logs/${name}.log`,
      },
    ];
  if (there === undefined || there.alive === there.started) return [];
  return [
    {
      code: "REPLICA_ENDED",
      message: `${there.started - there.alive} of ${there.started} replicas ended`,
      next: `see ${HOME}/logs/${name}.out`,
    },
  ];
};

/** Work that nobody takes, beside queues that are served. */
export const queues: Look = ({ queues: all }) =>
  all
    .filter(({ workers, unacked, pending }) => workers === 0 && unacked === 0 && pending > 0)
    .map(({ name, pending }) => ({ code: "QUEUE_NOT_SERVED", message: `nobody serves ${name} (${pending} waiting)` }));
