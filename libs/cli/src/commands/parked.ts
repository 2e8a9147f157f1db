import { ArmadaError, runFilter } from "@armada/contracts";
import { type RunState, readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import { loadWhole } from "@armada/event-sourcing";
import { openRuns } from "@armada/operations/health/open-runs";
import type { Session } from "@armada/operations/mesh/session";
import { z } from "zod";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { oneLine } from "../render/one-line.ts";

/** A message that belongs to no run, set aside as a fact of the team. */
const ParkedMessage = z.object({ seq: z.number(), subject: z.string(), reason: z.string(), deliveries: z.number() });

/** Steps that were set aside after their attempts and are so still, and messages that no run's attempts would end. */
export async function listParked(
  session: Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">,
  teams: readonly string[],
  out: Output,
): Promise<number> {
  let found = 0;
  for (const team of teams) {
    const { runs, unread } = await openRuns(session, team, await session.queues(team));
    for (const { message } of unread) out.say(`${team}  ${oneLine(message)}`);
    for (const { view } of runs)
      for (const step of view.steps.filter((one) => one.status === "parked")) {
        found++;
        const { run } = view;
        const { code = "", message = "" } = step.lastFailure ?? {};
        out.emit({ type: "parked", team, run, step: step.n, agent: step.agent, attempts: step.attempts, code, message });
        out.say(
          `${run}  ${team}  step ${step.n} ${step.agent}  ${step.attempts} attempt${step.attempts === 1 ? "" : "s"}  ${oneLine(message)} (${code})`,
        );
      }
  }
  for (const team of teams)
    await session.log(team).scan([`evt.${team}.message.parked.>`], 0, (message) => {
      const about = ParkedMessage.safeParse(message.envelopes[0]?.data);
      if (!about.success) return;
      found++;
      const { subject, seq, reason, deliveries } = about.data;
      out.emit({ type: "parked-message", team, seq, subject, attempts: deliveries, code: "MESSAGE_PARKED", message: reason });
      out.say(`${team}:${seq}  ${subject}  ${deliveries} deliveries  ${oneLine(reason)}`);
    });
  out.say(found === 0 ? "nothing is parked" : "the whole of each: armada parked show RUN");
  return EXIT.ok;
}

/** One run's parked steps with their causation chains. */
export async function showParked(session: Pick<Session, "log">, teams: readonly string[], run: string, out: Output): Promise<number> {
  for (const team of teams) {
    const { messages } = await loadWhole(session.log(team), [runFilter(team, run)]);
    const parked = messages.filter((message) => message.subject.startsWith(`run.${team}.park.`));
    if (parked.length === 0) continue;
    const state = readRun(messages);
    const view = viewOf(team, run, state);
    for (const message of parked) {
      const at = message.envelopes[0]?.time ?? "";
      for (const event of readJournalMessage(message)?.events ?? []) {
        if (event.type !== "step.parked") continue;
        out.emit({ type: "parked", team, run, seq: message.seq, status: view.status, at, ...event.data });
        out.say(`${at}  ${team}:${message.seq}  ${JSON.stringify(event.data, undefined, 2)}`);
      }
    }
    out.say(`the run is ${view.status}; ${isParked(state) ? `armada runs retry ${run}` : "nothing of it is parked any more"}`);
    return EXIT.ok;
  }
  throw new ArmadaError("NO_SUCH_RUN", `nothing of a run ${run} was parked`, { hint: "see `armada parked list`" });
}

/** Whether a step waits for `runs retry`: none does in a run that has ended. */
function isParked(state: RunState): boolean {
  return state.ended === undefined && [...state.steps.values()].some((step) => step.status === "parked");
}
