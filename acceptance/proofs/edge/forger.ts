import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { headers, type NatsConnection, nkeys } from "@nats-io/transport-node";

/** What a forged message says, and the subject where it is to be found. */
export type Lie = { readonly subject: string; readonly body: string };

/** A client that holds a real team's credential file and does what its permissions allow, never more. */
export class Forger {
  readonly #connection: NatsConnection;
  readonly #team: string;
  readonly #keys: string;
  #kept = 0;

  constructor(connection: NatsConnection, team: string, keys: string) {
    this.#connection = connection;
    this.#team = team;
    this.#keys = keys;
  }

  /** (i) Asks for an own message and names another team's subject as the place for the answer. */
  async byDirectGet({ subject, body }: Lie): Promise<void> {
    const own = await this.#keep(body);
    this.#connection.publish(`$JS.API.DIRECT.GET.TEAM_${this.#team}`, JSON.stringify({ last_by_subj: own }), { reply: subject });
  }

  /** (ii) Publishes an own message and names another team's subject as the place for the acknowledgement. */
  byAcknowledgement({ subject, body }: Lie): void {
    this.#connection.publish(this.#own(), body, { reply: subject });
  }

  /** (iii) Borrows the message id that another writer's next message might carry. */
  async byMessageId({ subject, body }: Lie, id: string): Promise<void> {
    const borrowed = headers();
    borrowed.set("Nats-Msg-Id", id);
    await this.#connection.request(subject, body, { headers: borrowed, timeout: 5_000 });
  }

  /** Pulls an own message and names another team's subject as the place for it; it arrives there under its own subject. */
  async byDelivery({ subject, body }: Lie): Promise<void> {
    const own = await this.#keep(body);
    const stream = `TEAM_${this.#team}`;
    const name = `forged${this.#kept}`;
    const config = { name, filter_subject: own, ack_policy: "none", deliver_policy: "all", mem_storage: true };
    const create = JSON.stringify({ stream_name: stream, config, action: "create" });
    await this.#connection.request(`$JS.API.CONSUMER.CREATE.${stream}.${name}.${own}`, create, { timeout: 5_000 });
    this.#connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify({ batch: 1 }), { reply: subject });
  }

  /** Publishes under a subject of the team's own. */
  async publish({ subject, body }: Lie): Promise<void> {
    await this.#connection.request(subject, body, { timeout: 5_000 });
  }

  /** The body with the signature (base64url of Ed25519) that this team's key gives it for a subject. */
  signed({ subject, body }: Lie): string {
    const { id } = JSON.parse(body);
    const text = `${subject}\n${id}\n${hash("sha256", body, "base64url")}`;
    const pair = nkeys.fromSeed(readFileSync(join(this.#keys, `${this.#team}.nk`)));
    return withSignature(body, Buffer.from(pair.sign(Buffer.from(text))).toString("base64url"));
  }

  flush(): Promise<void> {
    return this.#connection.flush();
  }

  async #keep(body: string): Promise<string> {
    const own = this.#own();
    await this.#connection.request(own, body, { timeout: 5_000 });
    return own;
  }

  #own(): string {
    return `evt.${this.#team}.forged.kept.x.${++this.#kept}`;
  }
}

export function withSignature(body: string, signature: string): string {
  return `${body.slice(0, -1)},"sig":"${signature}"}`;
}

/** A well-formed envelope of a team, as JSON. */
export function envelope(
  team: string,
  own: { readonly id: string; readonly type: string; readonly subject: string; readonly data: unknown },
): string {
  const time = new Date().toISOString();
  const chain = { correlationid: own.id, causationid: own.id, schemaversion: 1, hops: 0 };
  return JSON.stringify({ specversion: "1.0", source: `/teams/${team}`, time, team, ...chain, ...own });
}
