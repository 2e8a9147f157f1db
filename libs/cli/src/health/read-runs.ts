import { ArmadaError } from "@armada/contracts";
import { type RunView, viewOf } from "@armada/engine";
import type { Session } from "../session.ts";
import type { Trouble } from "./trouble.ts";

/** The runs of a team as they are now; one that cannot be read is a trouble, and does not take the others away. */
export async function readRuns(
  session: Pick<Session, "state">,
  team: string,
  runs: Iterable<string>,
): Promise<{ readonly views: readonly RunView[]; readonly unread: readonly Trouble[] }> {
  const read = await Promise.all(
    [...runs].map(async (run) => {
      try {
        return { views: [viewOf(team, run, await session.state(team, run))], unread: [] };
      } catch (error) {
        if (!(error instanceof ArmadaError)) throw error;
        return { views: [], unread: [unreadRun(team, run, error)] };
      }
    }),
  );
  return { views: read.flatMap(({ views }) => views), unread: read.flatMap(({ unread }) => unread) };
}

function unreadRun(team: string, run: string, { code, message }: ArmadaError): Trouble {
  return {
    code: "RUN_UNREADABLE",
    message: `${run} cannot be read: ${message} (${code})`,
    next: `armada events list --team ${team} --run ${run}`,
  };
}
