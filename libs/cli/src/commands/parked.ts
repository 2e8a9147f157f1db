import type { Session } from "@armada/operations/mesh/session";
import { parkedOf, parkedRun } from "@armada/operations/runs/parked";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { attemptsOf } from "../render/run-tree.ts";

/** Steps that were set aside after their attempts and are so still, and messages that no run's attempts would end. */
export async function listParked(
  session: Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">,
  teams: readonly string[],
  out: Output,
): Promise<number> {
  const all = await Promise.all(teams.map(async (team) => ({ team, ...(await parkedOf(session, team)) })));
  for (const { team, steps, unread } of all) {
    for (const { message } of unread) out.say(fitted(`${team}  ${oneLine(message)}`));
    for (const { run, step } of steps) {
      const { code = "", message = "" } = step.lastFailure ?? {};
      out.emit({ type: "parked", team, run, step: step.n, agent: step.agent, attempts: step.attempts, code, message });
      const made = attemptsOf(step);
      const attempts = `${made} attempt${made === 1 ? "" : "s"}`;
      out.say(fitted(`${run}  ${team}  step ${step.n} ${step.agent}  ${attempts}  ${oneLine(message)} (${code})`));
    }
  }
  for (const { team, messages } of all)
    for (const { subject, seq, reason, deliveries } of messages) {
      out.emit({ type: "parked-message", team, seq, subject, attempts: deliveries, code: "MESSAGE_PARKED", message: reason });
      out.say(fitted(`${team}:${seq}  ${subject}  ${deliveries} deliveries  ${oneLine(reason)}`));
    }
  const nothing = all.every(({ steps, messages }) => steps.length + messages.length === 0);
  out.say(nothing ? "nothing is parked" : "the whole of each: armada parked show RUN");
  return EXIT.ok;
}

/** One run's parked steps with their causation chains. @throws ArmadaError `NO_SUCH_RUN` */
export async function showParked(session: Pick<Session, "log">, teams: readonly string[], run: string, out: Output): Promise<number> {
  const { team, status, waits, times } = await parkedRun(session, teams, run);
  for (const { seq, at, data } of times) {
    out.emit({ type: "parked", team, run, seq, status, at, ...data });
    out.say(`${at}  ${team}:${seq}  ${JSON.stringify(data, undefined, 2)}`);
  }
  out.say(`the run is ${status}; ${waits ? `armada runs retry ${run}` : "nothing of it is parked any more"}`);
  return EXIT.ok;
}
