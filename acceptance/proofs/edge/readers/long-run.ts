import { type Envelope, encodeBody } from "@armada/contracts";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";

const quiet = { info: () => undefined, warn: () => undefined };
/** How many appends are under way at a time. */
const WINDOW = 200;
/** Of a step's answer: with the rest a journal message has about 6 KB. */
const OUTPUT = "The wagons stood in the yard until the rain was over. ".repeat(100);

/**
 * The journal of a run that is still going, in a team's stream, as its own replicas write it: of steps that were asked for and
 * answered, until it holds `bytes`. Its messages are passive: nobody is dispatched.
 */
export async function longRun(team: string, run: string, bytes: number, about: { nats: string; keys: string }): Promise<number> {
  const connected = await link({ servers: about.nats, identity: await accessIn(about.keys).identity(team), logger: quiet });
  try {
    const { log } = portsOf(connected, team, await Fleet.follow(connected, accessIn(about.keys), quiet), quiet);
    let stored = 0;
    let n = 0;
    while (stored < bytes) {
      const bodies = Array.from({ length: WINDOW }, () => journalMessage(team, run, ++n));
      // In the order of their numbers: one connection's messages are stored as they were sent.
      const appended = await Promise.all(bodies.map(({ subject, body }) => log.append(subject, body)));
      const refused = appended.find(({ kind }) => kind !== "appended");
      if (refused !== undefined) throw new Error(`the journal of ${run} is not stored: ${refused.kind}`);
      stored += bodies.reduce((sum, { body }) => sum + body.length, 0);
    }
    return n;
  } finally {
    await connected.close();
  }
}

function journalMessage(team: string, run: string, n: number): { subject: string; body: string } {
  const envelope = (type: string, data: unknown, i: number): Envelope => ({
    specversion: "1.0",
    id: i === 0 ? `${run}-${n}-long` : `${run}-${n}-long.${i}`,
    source: `/teams/${team}`,
    type: `armada.${type}`,
    subject: run,
    time: new Date().toISOString(),
    data,
    team,
    correlationid: run,
    causationid: run,
    schemaversion: 1,
    hops: 0,
  });
  const started = { workflow: "long", version: 1, source: "", input: {}, by: { kind: "ask", from: "operator", id: run } };
  const step = { n, agent: "clerk", variant: "a" };
  const events: [string, unknown][] =
    n === 1
      ? [["run.started", started]]
      : [
          ["step.requested", { ...step, input: { order: n } }],
          ["step.completed", { n, attempt: 1, output: OUTPUT, ms: 10, tokens: 20, costMicros: 30 }],
        ];
  return { subject: `run.${team}.note.outcome.${run}.${n}`, body: encodeBody(events.map(([type, data], i) => envelope(type, data, i))) };
}
