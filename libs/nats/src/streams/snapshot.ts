import { ArmadaError, type ErrorCode } from "@armada/contracts";
import type { StreamConfig } from "@nats-io/jetstream";
import { createInbox, type Msg } from "@nats-io/transport-node";
import { z } from "zod";
import { ownerOf } from "../accounts/crossings.ts";
import type { Link } from "../connection/connect.ts";

/** A stream as JetStream's snapshot API gives it: with its consumers, their positions and pending schedules. */
export type StreamSnapshot = {
  readonly config: StreamConfig;
  /** As the server says it, for a restore. */
  readonly state: Readonly<Record<string, unknown>>;
  /** A tar archive, compressed by S2, in pieces. To be read once, to its end. */
  readonly chunks: AsyncIterable<Uint8Array>;
};

/** Below the server's `max_payload` of 1 MB. */
const CHUNK = 128 * 1024;
const TIMEOUT_MS = 10_000;
/** The server reads a whole stream before its first piece. */
const SILENCE_MS = 60_000;
const EOF = 204;

const Failed = z.object({ error: z.object({ description: z.string(), err_code: z.int().optional() }) });
// The client library has no schema of a stream's configuration: its name is looked at, the rest goes back as it came.
const Begun = z.object({
  config: z.custom<StreamConfig>((value) => z.looseObject({ name: z.string() }).safeParse(value).success),
  state: z.record(z.string(), z.unknown()),
});
const Restoring = z.object({ deliver_subject: z.string() });

/** Reads a stream out. The link's identity is the provisioner's. @throws ArmadaError `SNAPSHOT_FAILED`, also while the chunks are read */
export async function snapshotStream(from: Link, stream: string): Promise<StreamSnapshot> {
  const link = await from.in(ownerOf(stream));
  const inbox = createInbox(`_INBOX.${link.identity.name}`);
  const come: Msg[] = [];
  let wake = (): void => undefined;
  const subscription = link.connection.subscribe(inbox, {
    callback: (_error, message) => {
      come.push(message);
      wake();
    },
  });
  const next = async (): Promise<Msg> => {
    const deadline = Date.now() + SILENCE_MS;
    for (;;) {
      const message = come.shift();
      if (message !== undefined) return message;
      if (Date.now() > deadline || link.connection.isClosed()) throw failed(stream, "the server says no more");
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 1_000).unref();
      });
    }
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const message = await next();
        if (message.data.length === 0) {
          const code = message.headers?.code ?? EOF;
          if (code !== EOF) throw failed(stream, `${code} ${message.headers?.description ?? ""}`);
          return;
        }
        yield message.data;
        message.respond(); // the server sends on what was taken
      }
    } finally {
      subscription.unsubscribe();
    }
  }
  try {
    const body = JSON.stringify({ deliver_subject: inbox, chunk_size: CHUNK, no_consumers: false, jsck: true });
    return { ...(await asked(link, stream, `$JS.API.STREAM.SNAPSHOT.${stream}`, body, Begun)), chunks: chunks() };
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
}

/** Makes a stream of a snapshot. It is another stream to the server (NATS.md, "Identity of streams"). @throws ArmadaError `RESTORE_FAILED` */
export async function restoreStream(into: Link, { config, state, chunks }: StreamSnapshot): Promise<void> {
  const { name } = config;
  const link = await into.in(ownerOf(name));
  const begin = JSON.stringify({ config, state });
  const { deliver_subject } = await asked(link, name, `$JS.API.STREAM.RESTORE.${name}`, begin, Restoring);
  const send = async (bytes: Uint8Array | string): Promise<void> => {
    const answer = await link.mux.request(deliver_subject, bytes, { timeout: SILENCE_MS });
    if ("failed" in answer) throw failed(name, answer.failed, "RESTORE_FAILED");
    if (answer.headers?.code === 503) throw failed(name, "nobody takes it", "RESTORE_FAILED");
    const error = Failed.safeParse(parsed(answer.string()));
    if (error.success) throw failed(name, error.data.error.description, "RESTORE_FAILED");
  };
  for await (const chunk of chunks) await send(chunk);
  await send("");
}

async function asked<T>(link: Link, stream: string, subject: string, body: string, schema: z.ZodType<T>): Promise<T> {
  const code = subject.includes("RESTORE") ? "RESTORE_FAILED" : "SNAPSHOT_FAILED";
  const answer = await link.mux.request(subject, body, { timeout: TIMEOUT_MS });
  if ("failed" in answer) throw failed(stream, answer.failed, code);
  const said = parsed(answer.string());
  const error = Failed.safeParse(said);
  if (error.success) throw failed(stream, error.data.error.description, code);
  const read = schema.safeParse(said);
  if (!read.success) throw failed(stream, "an answer of another form", code);
  return read.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a piece that was taken is answered by nothing
  }
}

function failed(stream: string, why: string, code: ErrorCode = "SNAPSHOT_FAILED"): ArmadaError {
  return new ArmadaError(code, `stream ${stream}: ${why}`, { hint: "is the server up, and has its disk room? see `armada health`" });
}
