import { readFileSync } from "node:fs";
import { join } from "node:path";
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
  readonly #owners: () => Promise<Iterable<string>>;

  private constructor(administration: Link, owners: () => Promise<Iterable<string>>) {
    this.#link = administration;
    this.#owners = owners;
  }

  /** Waits for the server. @throws ArmadaError `IDENTITY_MISSING` */
  static async open({ nats, keys }: Mesh): Promise<Streams> {
    const access = accessIn(keys);
    const identity = await access.identity("provisioner");
    const owners = async (): Promise<Iterable<string>> => (identity.walled === true ? (await access.present()).keys() : ["provisioner"]);
    return new Streams(await link({ servers: nats, identity, logger: quiet }), owners);
  }

  async managerOf(stream: string): Promise<JetStreamManager> {
    return jetstreamManager(await this.#connectionTo(ownerOf(stream)), { checkAPI: false, timeout: 10_000 });
  }

  /** The streams of all accounts; with `subject`, those that keep messages under it. */
  async all(subject?: string): Promise<StreamInfo[]> {
    const each = [...(await this.#owners())].map(async (owner) => {
      const connection = await this.#connectionTo(owner).catch((error: unknown) => {
        if (error instanceof AuthorizationError) return undefined; // who has no streams has no account for administration
        throw error;
      });
      if (connection === undefined) return [];
      const { streams } = await jetstreamManager(connection, { checkAPI: false, timeout: 10_000 });
      return Array.fromAsync(streams.list(subject));
    });
    return (await Promise.all(each)).flat();
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

/** Everything that a team's stream holds, in its order. */
export async function readTeam(team: string, about: Mesh): Promise<Stored[]> {
  await using streams = await Streams.open(about);
  const out: Stored[] = [];
  for await (const message of streams.messages(`TEAM_${team}`)) {
    const parsed = Body.safeParse(JSON.parse(message.string()));
    const events = parsed.success ? (Array.isArray(parsed.data) ? parsed.data : [parsed.data]) : [];
    out.push({ seq: message.seq, subject: message.subject, time: Number(message.timestampNanos) / 1e6, events });
  }
  return out;
}

function ownerOf(stream: string): string {
  return stream.slice(stream.indexOf("_") + 1);
}
