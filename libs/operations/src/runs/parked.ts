import { ArmadaError, runFilter } from "@armada/contracts";
import { type JournalMessage, type RunState, type RunView, readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import { loadWhole } from "@armada/event-sourcing";
import { z } from "zod";
import { openRuns } from "../health/open-runs.ts";
import type { Trouble } from "../health/trouble.ts";
import type { Session } from "../mesh/session.ts";

/** A message that belongs to no run, set aside as a fact of the team. `seq`: where it stands in the team's stream. */
const ParkedMessage = z.object({ seq: z.number(), subject: z.string(), reason: z.string(), deliveries: z.number() });
export type ParkedMessage = z.infer<typeof ParkedMessage>;

/** What of a team is set aside. `unread`: the open runs that cannot be read, a trouble each. */
export type Parked = {
  readonly steps: readonly { readonly run: string; readonly step: RunView["steps"][number] }[];
  readonly messages: readonly ParkedMessage[];
  readonly unread: readonly Trouble[];
};

/** Steps that were set aside after their attempts and are so still, and messages that no run's attempts would end. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function parkedOf(session: Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">, team: string): Promise<Parked> {
  const { runs, unread } = await openRuns(session, team, await session.queues(team));
  const messages: ParkedMessage[] = [];
  await session.log(team).scan([`evt.${team}.message.parked.>`], 0, ({ envelopes }) => {
    const about = ParkedMessage.safeParse(envelopes[0]?.data);
    if (about.success) messages.push(about.data);
  });
  const steps = runs.flatMap(({ view: { run, steps } }) =>
    steps.filter(({ status }) => status === "parked").map((step) => ({ run, step })),
  );
  return { steps, messages, unread };
}

type StepParked = Extract<JournalMessage["events"][number], { readonly type: "step.parked" }>["data"];

/** Each time that a step of a run was parked, and the run now. `waits`: a step waits for `runs retry`. */
export type ParkedRun = {
  readonly team: string;
  readonly status: RunView["status"];
  readonly waits: boolean;
  /** `at`: when, ISO-8601. */
  readonly times: readonly { readonly seq: number; readonly at: string; readonly data: StepParked }[];
};

/** One run's parked steps with their causation chains, whichever of the teams has it. @throws ArmadaError `NO_SUCH_RUN`, `LOG_UNAVAILABLE` */
export async function parkedRun(session: Pick<Session, "log">, teams: readonly string[], run: string): Promise<ParkedRun> {
  for (const team of teams) {
    const { messages } = await loadWhole(session.log(team), [runFilter(team, run)]);
    const parked = messages.filter((message) => message.subject.startsWith(`run.${team}.park.`));
    if (parked.length === 0) continue;
    const state = readRun(messages);
    const times = parked.flatMap((message) =>
      (readJournalMessage(message)?.events ?? []).flatMap((event) =>
        event.type === "step.parked" ? [{ seq: message.seq, at: message.envelopes[0]?.time ?? "", data: event.data }] : [],
      ),
    );
    return { team, status: viewOf(team, run, state).status, waits: waits(state), times };
  }
  throw new ArmadaError("NO_SUCH_RUN", `nothing of a run ${run} was parked`, { hint: "see `armada parked list`" });
}

/** None does in a run that has ended. */
function waits(state: RunState): boolean {
  return state.ended === undefined && [...state.steps.values()].some((step) => step.status === "parked");
}
