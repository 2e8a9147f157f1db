import { ArmadaError, type Envelope, eventKey, isoTime } from "@armada/contracts";
import { type Message, matches } from "@armada/event-sourcing";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";

export type EventFlags = {
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
  readonly run?: string;
  readonly limit?: string;
};

/** Listed where nobody says how many. */
const MOST = 10_000;

/** An event of a message, in the team's stream. */
type Row = { readonly team: string; readonly message: Message; readonly i: number; readonly envelope: Envelope };

function rowsOf(team: string, message: Message): Row[] {
  return message.envelopes.map((envelope, i) => ({ team, message, i, envelope }));
}

/** The newest events of the teams' streams, each CloudEvent a line, in each stream's order, one team after the other. */
export async function listEvents(session: Pick<Session, "log">, teams: readonly string[], flags: EventFlags, out: Output): Promise<number> {
  const since = timeOf(flags.since, "--since") ?? 0;
  const until = timeOf(flags.until, "--until") ?? Number.POSITIVE_INFINITY;
  const limit = Number(flags.limit ?? MOST);
  const rows: Row[] = [];
  let found = 0;
  for (const team of teams) {
    let own: Row[] = [];
    await session.log(team).scan([filterOf(team, flags)], 0, (message) => {
      if (message.time < since || message.time > until || !isWanted(message, flags)) return;
      found += message.envelopes.length;
      own.push(...rowsOf(team, message));
      if (own.length > 2 * limit) own = newest(own, limit);
    });
    rows.push(...newest(own, limit));
  }
  const listed = new Set(
    newest(
      rows.toSorted((a, b) => a.message.time - b.message.time),
      limit,
    ),
  );
  for (const row of rows) if (listed.has(row)) print(row, out);
  if (found === 0) out.say(`no event of ${teams.join(", ")} is so`);
  if (flags.limit === undefined && found > limit)
    out.say(`the newest ${limit} of ${found}: --limit for another number, --since and --until for a time`);
  return EXIT.ok;
}

/** The last of them; none where none is wanted. */
function newest<T>(all: readonly T[], limit: number): T[] {
  return limit === 0 ? [] : all.slice(-limit);
}

export async function tailEvents(
  session: Pick<Session, "log">,
  teams: readonly string[],
  flags: Pick<EventFlags, "subject" | "run">,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  await Promise.all(
    teams.map(async (team) => {
      const log = session.log(team);
      const show = (message: Message): void => {
        if (isWanted(message, flags)) for (const row of rowsOf(team, message)) print(row, out);
      };
      await log.follow([filterOf(team, flags)], await log.head(), show, signal);
    }),
  );
  return EXIT.ok;
}

function filterOf(team: string, { run }: Pick<EventFlags, "run">): string {
  return run === undefined ? ">" : `*.${team}.*.*.${run}.>`;
}

function isWanted({ subject }: Message, flags: Pick<EventFlags, "subject">): boolean {
  return flags.subject === undefined || matches(flags.subject, subject);
}

/** One message by `<team>:<seq>`, or the messages that hold an event id. */
export async function showEvent(session: Session, teams: readonly string[], id: string, out: Output): Promise<number> {
  let found = 0;
  for (const team of teams)
    await session.log(team).scan([">"], 0, (message) => {
      if (`${team}:${message.seq}` !== id && !message.envelopes.some((envelope) => envelope.id === id || eventKey(envelope) === id)) return;
      found++;
      for (const row of rowsOf(team, message)) print(row, out);
      out.say(JSON.stringify(asStored(message), undefined, 2));
    });
  if (found === 0) throw new ArmadaError("NO_SUCH_EVENT", `no stream holds ${id}`, { hint: "use an event's id, or TEAM:SEQUENCE" });
  return EXIT.ok;
}

function print({ team, message, i, envelope }: Row, out: Output): void {
  const { seq, subject: natssubject, time } = message;
  out.emit({ ...asStored(message)[i], ...envelope, seq, stream: `TEAM_${team}`, natssubject });
  out.say(fitted(`${new Date(time).toISOString()}  ${`${team}:${seq}`.padEnd(14)}  ${envelope.type.padEnd(24)}  ${natssubject}`));
}

/** The envelopes with the attributes that the mesh itself does not read, as a sender's own extensions. */
function asStored(message: Message): readonly object[] {
  const body: object | object[] = JSON.parse(message.body);
  return Array.isArray(body) ? body : [body];
}

function timeOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const time = isoTime(text);
  if (Number.isNaN(time))
    throw new ArmadaError("USAGE", `${flag} ${text} is not a time`, { hint: "use ISO-8601, e.g. 2026-11-22T14:03:00Z" });
  return time;
}
