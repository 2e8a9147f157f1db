import type { Session } from "@armada/operations/mesh/session";
import { parkedOf, parkedRun } from "@armada/operations/parked/list";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { filterOf, type ParkedFlags } from "./parked-flags.ts";

/** Steps that were set aside after their attempts and are so still, and messages that no run's attempts would end. */
export async function listParked(
  session: Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">,
  teams: readonly string[],
  out: Output,
  flags: ParkedFlags = {},
): Promise<number> {
  const { steps, messages, unread } = await parkedOf(session, teams, filterOf(flags));
  for (const { team, message } of unread) out.say(fitted(`${team}  ${oneLine(message)}`));
  for (const { n, dispatch: _, ...about } of steps) {
    const { team, run, agent, attempts, since, message, code } = about;
    out.emit({ type: "parked", step: n, ...about });
    const made = `${attempts} attempt${attempts === 1 ? "" : "s"}`;
    out.say(fitted(`${run}  ${team}  step ${n} ${agent}  ${made}  since ${since}  ${oneLine(message)} (${code})`));
  }
  for (const { team, subject, seq, reason, deliveries } of messages) {
    out.emit({ type: "parked-message", team, seq, subject, attempts: deliveries, code: "MESSAGE_PARKED", message: reason });
    out.say(fitted(`${team}:${seq}  ${subject}  ${deliveries} deliveries  ${oneLine(reason)}`));
  }
  out.say(steps.length + messages.length === 0 ? "nothing is parked" : "the whole of each: armada parked show RUN");
  return EXIT.ok;
}

/** One run's parked steps with their causation chains. @throws ArmadaError `NO_SUCH_RUN` */
export async function showParked(session: Pick<Session, "log">, teams: readonly string[], run: string, out: Output): Promise<number> {
  const { team, status, waits, times } = await parkedRun(session, teams, run);
  for (const { seq, at, data, agent, variant, traceparent } of times) {
    const trace = traceparent?.split("-")[1];
    const about = { ...data, agent, variant, ...(trace === undefined ? {} : { trace }) };
    out.emit({ type: "parked", team, run, seq, status, at, ...about });
    out.say(`${at}  ${team}:${seq}  ${JSON.stringify(about, undefined, 2)}`);
  }
  out.say(`the run is ${status}; ${waits ? `armada parked redrive ${run}` : "nothing of it is parked any more"}`);
  return EXIT.ok;
}
