import { ArmadaError, parseSubject } from "@armada/contracts";
import { isTaken, viewOf } from "@armada/engine/reading";
import type { QueueThere } from "@armada/nats/client";
import type { Session } from "../mesh/session.ts";
import type { OpenRun, OpenRuns, Trouble } from "./trouble.ts";

/** Open runs of which all journals are read; of more than these those that somebody may have to look after. */
const FEW = 200;

/**
 * The open runs of a team; where they are many, those that stopped, were parked, or have a message that no queue takes.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function openRuns(
  session: Pick<Session, "runs" | "state" | "subjects">,
  team: string,
  queues: readonly QueueThere[],
): Promise<OpenRuns> {
  const open: string[] = [];
  for await (const { run } of (await session.runs(team)).newest({ status: "open" })) open.push(run);
  const wanted = open.length <= FEW ? open : await suspectsAmong(open, session, team, queues);
  const read = await Promise.all(wanted.map((run) => readOpen(session, team, run)));
  return {
    runs: read.flatMap((one) => ("state" in one && one.state.exists && one.state.ended === undefined ? [one] : [])),
    unread: read.flatMap((one) => ("state" in one ? [] : [one])),
    others: open.length - wanted.length,
  };
}

async function suspectsAmong(
  open: readonly string[],
  session: Pick<Session, "subjects">,
  team: string,
  queues: readonly QueueThere[],
): Promise<readonly string[]> {
  const under = (kind: string): Promise<string[]> => session.subjects(team, `run.${team}.${kind}.>`);
  const dispatched = (await Promise.all(["do", "bulk", "lead"].map(under))).flat().filter((subject) => !isTaken(subject, queues));
  const found = new Set(
    [...dispatched, ...(await under("note.stop")), ...(await under("park"))].flatMap((text) => {
      const subject = parseSubject(text);
      return subject?.kind === "journal" ? [subject.run] : [];
    }),
  );
  return open.filter((run) => found.has(run));
}

async function readOpen(session: Pick<Session, "state">, team: string, run: string): Promise<OpenRun | Trouble> {
  try {
    const state = await session.state(team, run);
    return { view: viewOf(team, run, state), state };
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
    return {
      code: "RUN_UNREADABLE",
      message: `${run} cannot be read: ${error.message} (${error.code})`,
      next: `armada events list --team ${team} --run ${run}`,
    };
  }
}
