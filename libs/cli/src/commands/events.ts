import { ArmadaError, eventKey } from "@armada/contracts";
import { type Message, matches } from "@armada/event-sourcing";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import type { Session } from "../session.ts";

export type EventFlags = {
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
  readonly run?: string;
  readonly limit?: string;
};

/** The messages of the teams' streams, each CloudEvent a line, in each stream's order. */
export async function listEvents(session: Session, teams: readonly string[], flags: EventFlags, out: Output): Promise<number> {
  const since = timeOf(flags.since, "--since") ?? 0;
  const until = timeOf(flags.until, "--until") ?? Number.POSITIVE_INFINITY;
  let left = Number(flags.limit ?? 10_000);
  for (const team of teams) {
    const filter = flags.run === undefined ? ">" : `*.${team}.*.*.${flags.run}.>`;
    await session.log(team).scan([filter], 0, (message) => {
      if (left <= 0 || message.time < since || message.time > until) return;
      if (flags.subject !== undefined && !matches(flags.subject, message.subject)) return;
      left--;
      print(message, team, out);
    });
  }
  return EXIT.ok;
}

export async function tailEvents(
  session: Session,
  teams: readonly string[],
  flags: EventFlags,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  await Promise.all(
    teams.map(async (team) => {
      const log = session.log(team);
      await log.follow([flags.subject ?? ">"], await log.head(), (message) => print(message, team, out), signal);
    }),
  );
  return EXIT.ok;
}

/** One message by `<team>:<seq>`, or the messages that hold an event id. */
export async function showEvent(session: Session, teams: readonly string[], id: string, out: Output): Promise<number> {
  let found = 0;
  for (const team of teams)
    await session.log(team).scan([">"], 0, (message) => {
      if (`${team}:${message.seq}` !== id && !message.envelopes.some((envelope) => envelope.id === id || eventKey(envelope) === id)) return;
      found++;
      print(message, team, out);
      out.say(JSON.stringify(asStored(message), undefined, 2));
    });
  if (found === 0) throw new ArmadaError("NO_SUCH_EVENT", `no stream holds ${id}`, { hint: "use an event's id, or TEAM:SEQUENCE" });
  return EXIT.ok;
}

function print(message: Message, team: string, out: Output): void {
  const stored = asStored(message);
  for (const [i, envelope] of message.envelopes.entries()) {
    out.emit({ ...stored[i], ...envelope, seq: message.seq, stream: `TEAM_${team}`, natssubject: message.subject });
    out.say(
      `${new Date(message.time).toISOString()}  ${`${team}:${message.seq}`.padEnd(14)}  ${envelope.type.padEnd(24)}  ${message.subject}`,
    );
  }
}

/** The envelopes with the attributes that the mesh itself does not read, as a sender's own extensions. */
function asStored(message: Message): readonly object[] {
  const body: object | object[] = JSON.parse(message.body);
  return Array.isArray(body) ? body : [body];
}

function timeOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ArmadaError("USAGE", `${flag} ${text} is not a time`, { hint: "use ISO-8601, e.g. 2026-11-22T14:03:00Z" });
  return time;
}
