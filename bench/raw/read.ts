import { DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { Raw } from "./client.ts";

/** What a stream holds after sequence `from`, by an ordered consumer and a callback. Answers how many. */
export async function rawScan(raw: Raw, stream: string, filter: string, from: number, handle: (message: JsMsg) => void): Promise<number> {
  const consumer = await jetstream(raw.connection, { timeout: 10_000 }).consumers.get(stream, {
    filter_subjects: [filter],
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from + 1,
  });
  if ((await consumer.info()).num_pending === 0) return 0;
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    const callback = (message: JsMsg): void => {
      read++;
      handle(message);
      if (message.info.pending === 0) resolve();
    };
    consumer.consume({ max_messages: 5_000, callback }).catch(reject);
  });
  await consumer.delete().catch(() => false);
  return read;
}

/** The sequence of a stream's last message. */
export async function rawHead(raw: Raw, stream: string): Promise<number> {
  return (await (await jetstreamManager(raw.connection, { checkAPI: false })).streams.info(stream)).state.last_seq;
}

/** What a journal holds of each run: its messages, the calls with an outcome, whether it ended as completed. */
export type Counted = { messages: number; readonly outcomes: Map<number, number>; completed: boolean };

/** Counts the runs of a team after sequence `from`, from the stream alone. */
export async function countRuns(raw: Raw, team: string, from: number): Promise<Map<string, Counted>> {
  const runs = new Map<string, Counted>();
  await rawScan(raw, `TEAM_${team}`, `run.${team}.>`, from, (message) => {
    const tokens = message.subject.split(".");
    const id = tokens[4] ?? "";
    const run = runs.get(id) ?? { messages: 0, outcomes: new Map(), completed: false };
    runs.set(id, run);
    if (tokens.length !== 6) return;
    run.messages++;
    const body = JSON.parse(message.string()) as unknown;
    for (const event of (Array.isArray(body) ? body : [body]) as { type: string; data: { n: number; status: string } }[]) {
      if (event.type === "armada.step.completed" || event.type === "armada.inline.completed")
        run.outcomes.set(event.data.n, (run.outcomes.get(event.data.n) ?? 0) + 1);
      if (event.type === "armada.run.ended") run.completed = event.data.status === "completed";
    }
  });
  return runs;
}

/** The stored messages of one run, as texts: what the raw sides write again. */
export async function sampleOf(raw: Raw, team: string, run: string): Promise<{ subject: string; body: string }[]> {
  const found: { subject: string; body: string }[] = [];
  await rawScan(raw, `TEAM_${team}`, `run.${team}.*.*.${run}.>`, 0, (message) => {
    found.push({ subject: message.subject, body: message.string() });
  });
  return found;
}
