import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ADMINISTRATION } from "@armada/contracts";
import { accessIn, type Link, link } from "@armada/nats";
import { type JetStreamManager, type JsMsg, jetstream, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { AuthorizationError, connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { z } from "zod";

const Event = z.looseObject({ id: z.string(), type: z.string(), time: z.string().optional(), data: z.unknown().optional() });
const Body = z.union([Event, z.array(Event)]);
export type StoredEvent = z.infer<typeof Event>;

/** A message as its stream holds it. */
export type Stored = { readonly seq: number; readonly subject: string; readonly time: number; readonly events: readonly StoredEvent[] };

/** Where a mesh is, and its folder of identities. */
type Mesh = { readonly nats: string; readonly keys: string };

const quiet = { info: () => undefined, warn: () => undefined };

/** Connects as an identity of a keys folder, with the plain client. */
export function connectAs(name: string, about: Mesh): Promise<NatsConnection> {
  const seed = readFileSync(join(about.keys, `${name}.nk`));
  return connect({
    servers: about.nats.split(","),
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix: `_INBOX.${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    waitOnFirstConnect: true,
  });
}

/**
 * The streams of a mesh by the plain client, as administration: each where it is, in its owner's account or in the one that all share.
 * An operator's consumers could be made in that one only.
 */
export class Streams implements AsyncDisposable {
  readonly #link: Link;

  constructor(administration: Link) {
    this.#link = administration;
  }

  /** Waits for the server. @throws ArmadaError `IDENTITY_MISSING` */
  static async open({ nats, keys }: Mesh): Promise<Streams> {
    return new Streams(await link({ servers: nats, identity: await accessIn(keys).identity(ADMINISTRATION), logger: quiet }));
  }

  async managerOf(stream: string): Promise<JetStreamManager> {
    return jetstreamManager(await this.#connectionTo(ownerOf(stream)), { checkAPI: false, timeout: 10_000 });
  }

  /** Those in the account of `owner`; with `subject`, those that keep messages under it. Who has none has no account for administration. */
  async of(owner: string, subject?: string): Promise<StreamInfo[]> {
    try {
      const { streams } = await jetstreamManager(await this.#connectionTo(owner), { checkAPI: false, timeout: 10_000 });
      return await Array.fromAsync(streams.list(subject));
    } catch (error) {
      if (error instanceof AuthorizationError) return [];
      throw error;
    }
  }

  /** What a stream holds now under a filter, from a sequence on, by a plain ordered consumer. */
  async *messages(stream: string, filter = ">", from = 1): AsyncGenerator<JsMsg> {
    const js = jetstream(await this.#connectionTo(ownerOf(stream)), { timeout: 10_000 });
    const consumer = await js.consumers.get(stream, { filter_subjects: [filter], opt_start_seq: from });
    try {
      let left = (await consumer.info()).num_pending;
      if (left === 0) return;
      for await (const message of await consumer.consume({ max_messages: 5_000 })) {
        yield message;
        if (--left === 0) return;
      }
    } finally {
      await consumer.delete().catch(() => false); // else it stays until the server finds it idle, and there is a limit
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
  }

  async #connectionTo(owner: string): Promise<NatsConnection> {
    return (await this.#link.in(owner)).connection;
  }
}

/** The streams of all accounts; with `subject`, those that keep messages under it. */
export async function allStreams(about: Mesh, subject?: string): Promise<StreamInfo[]> {
  const access = accessIn(about.keys);
  await using streams = await Streams.open(about);
  const owners = access.separated() ? [...(await access.present()).keys()] : [ADMINISTRATION];
  return (await Promise.all(owners.map((owner) => streams.of(owner, subject)))).flat();
}

/** What a team's stream holds under a filter, in its order. */
export async function readTeam(team: string, about: Mesh, filter = ">"): Promise<Stored[]> {
  await using streams = await Streams.open(about);
  const out: Stored[] = [];
  for await (const message of streams.messages(`TEAM_${team}`, filter)) {
    const parsed = Body.safeParse(JSON.parse(message.string()));
    const events = parsed.success ? (Array.isArray(parsed.data) ? parsed.data : [parsed.data]) : [];
    out.push({ seq: message.seq, subject: message.subject, time: Number(message.timestampNanos) / 1e6, events });
  }
  return out;
}

function ownerOf(stream: string): string {
  return stream === "FLEET" ? ADMINISTRATION : stream.slice(stream.indexOf("_") + 1);
}
