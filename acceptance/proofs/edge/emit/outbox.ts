import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { here, type Place, pause } from "../../harness/product.ts";
import { count, type Figure, none } from "../../harness/proof.ts";
import type { Gateway } from "./clients.ts";
import { Postgres } from "./postgres.ts";
import { type Command, Kept, Sender, type Victim } from "./sender.ts";

const RECIPE = join(here, "examples/outbox-postgres");
/** Of a busy machine: alone, two cores empty it at some hundred a second while the clients still send. */
const EMPTY_MS = 1_200_000;

/** The recipe of `examples/outbox-postgres` as it stands there: a database, a system that pays in it, two processes that send. */
export class Outbox implements AsyncDisposable {
  readonly sender: Sender;
  readonly victims: readonly Victim[];
  readonly #postgres: Postgres;
  readonly #relays: readonly Kept[];

  private constructor(sender: Sender, postgres: Postgres, relays: readonly Kept[]) {
    this.sender = sender;
    this.#postgres = postgres;
    this.#relays = relays;
    this.victims = [sender, ...relays, { name: "postgres", kill: () => postgres.kill() }];
  }

  /** @throws Error where this machine has no PostgreSQL server */
  static async start(events: number, port: number, gateway: Gateway, at: Place): Promise<Outbox> {
    const postgres = await Postgres.start(port);
    await query(postgres, `${readFileSync(join(RECIPE, "schema.sql"), "utf8")}; CREATE TABLE payment (id text PRIMARY KEY)`);
    const env = { DATABASE_URL: postgres.url };
    const pays = { command: process.execPath, args: [join(here, "acceptance/proofs/edge/emit/pay.main.ts")], env };
    const sender = new Sender("outbox", events, pays, at);
    const about = { ARMADA_GATEWAY_URL: gateway.url, ARMADA_GATEWAY_KEY_FILE: gateway.keyFile, OUTBOX_SOURCE: sender.source };
    const relays: Command = { command: process.execPath, args: [join(RECIPE, "main.ts")], env: { ...env, ...about } };
    const kept = [1, 2].map((n) => new Kept(`relay ${n}`, relays, at, () => undefined));
    return new Outbox(sender, postgres, kept);
  }

  /** Waits until all is sent. `stored`: the subjects of its events as the log has them, in its order. */
  async *judged(stored: () => Promise<readonly string[]>): AsyncGenerator<Figure> {
    const end = performance.now() + EMPTY_MS;
    while ((await this.#waiting()) > 0 && performance.now() < end) await pause(1_000);
    const said = this.#relays.map((one) => `${one.name} said: ${one.said()}`).join(" | ");
    yield count("events of the outbox that still wait", await this.#waiting(), 0, said);
    const refused = await query(this.#postgres, "SELECT subject, refused FROM outbox");
    yield none(
      "events of the outbox that are refused",
      refused.map((row) => JSON.stringify(row)),
    );
    yield none(
      "processes that send, and gave up",
      this.#relays.flatMap((one) => one.faults()),
    );
    const last = new Map<number, number>();
    const early = (await stored()).filter((subject) => {
      const n = Number(subject.split("-")[1]);
      const before = last.get(n % 50) ?? -1;
      last.set(n % 50, n);
      return n < before;
    });
    yield none("events of a key that overtook another of it", early);
    yield count("keys", last.size, 50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of [this.sender, ...this.#relays]) await one[Symbol.asyncDispose]();
    await this.#postgres[Symbol.asyncDispose]();
  }

  async #waiting(): Promise<number> {
    const [row] = await query(this.#postgres, "SELECT count(*)::int AS waiting FROM outbox WHERE refused IS NULL");
    return Number(row?.waiting);
  }
}

async function query(postgres: Postgres, text: string): Promise<Record<string, unknown>[]> {
  const db = new Client({ connectionString: postgres.url });
  await db.connect();
  try {
    return (await db.query<Record<string, unknown>>(text)).rows;
  } finally {
    await db.end();
  }
}
